-- What came of each command that had an id, written in the transaction of its events.
create table daybook.commands (
  log         text collate "C" not null,
  command_id  text collate "C" not null,
  digest      text             not null,
  result      json             not null,
  recorded_at timestamptz      not null,
  primary key (log, command_id)
);

-- Why: see the events.
alter table daybook.commands alter column log set statistics 0;
