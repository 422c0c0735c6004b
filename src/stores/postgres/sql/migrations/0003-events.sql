-- The book itself. Columns of fixed width stand first, which spares padding. Data and metadata are json, not jsonb:
-- they come back to the letter as they were written, and cost less to write and to read.
create table daybook.events (
  position       bigint           not null,
  recorded_at    timestamptz      not null,
  version        integer          not null,
  schema_version smallint         not null,
  id             uuid             not null,
  log            text collate "C" not null,
  stream         text collate "C" not null,
  category       text collate "C" not null,
  type           text collate "C" not null,
  data           json             not null,
  metadata       json             not null,
  tags           text[] collate "C",
  primary key (log, position)
);

create unique index events_by_stream on daybook.events (log, stream, version);
create unique index events_by_id on daybook.events (log, id);

-- `position + 0` keeps the planner from walking the primary key in the hope of meeting a rare type or category soon:
-- no other index gives that order, with statistics or without.
create index events_by_category on daybook.events (log, category, (position + 0));
create index events_by_type on daybook.events (log, type, (position + 0));

-- No statistics of `log`: from them the planner would conclude that a log which came after the last ANALYZE is empty, take
-- any index that begins with it, and walk the whole log for a single row.
alter table daybook.events alter column log set statistics 0;
