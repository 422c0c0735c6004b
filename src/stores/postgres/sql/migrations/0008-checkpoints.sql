-- How far each projection has come.
create table daybook.checkpoints (
  log        text collate "C" not null,
  projection text collate "C" not null,
  position   bigint           not null,
  updated_at timestamptz      not null default now(),
  primary key (log, projection)
) with (fillfactor = 50);
