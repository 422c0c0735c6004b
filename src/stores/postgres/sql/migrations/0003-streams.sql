-- One row a stream: its version. The key lists the streams of a category too, as their names share a beginning.
create table daybook.streams (
  log     text collate "C" not null,
  stream  text collate "C" not null,
  version integer          not null,
  primary key (log, stream)
) with (fillfactor = 80);

-- Why: see the events.
alter table daybook.streams alter column log set statistics 0;
