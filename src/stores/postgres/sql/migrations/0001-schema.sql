create schema if not exists daybook;

comment on schema daybook is 'The daybook event store. Written through daybook.append; read freely.';

-- What has been applied, so that each of these files is applied once.
create table daybook.migrations (
  number     integer     not null primary key,
  name       text        not null,
  checksum   text        not null,
  applied_at timestamptz not null default now()
);
