-- A cache: any row may be deleted at any time.
create table daybook.snapshots (
  log         text collate "C" not null,
  stream      text collate "C" not null,
  definition  text collate "C" not null,
  fingerprint text collate "C" not null,
  version     integer          not null,
  state       json             not null,
  taken_at    timestamptz      not null default now(),
  primary key (log, stream, definition, fingerprint)
);
