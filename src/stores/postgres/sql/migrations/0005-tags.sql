-- One row for each tag of an event. Events without tags cost nothing here.
create table daybook.tags (
  log      text collate "C" not null,
  tag      text collate "C" not null,
  position bigint           not null,
  type     text collate "C" not null,
  primary key (log, tag, position)
);

-- Why: see the events.
alter table daybook.tags alter column log set statistics 0;
