-- One row a log: its head. Every append locks this row, takes its positions from it and commits, so that the order
-- of positions is the order of commits. The fill factor leaves room for updates on the same page.
create table daybook.logs (
  log         text collate "C" not null,
  position    bigint           not null,
  recorded_at timestamptz      not null,
  primary key (log)
) with (fillfactor = 10);
