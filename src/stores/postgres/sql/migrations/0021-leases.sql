-- Who of several processes does what only one should do at a time. A row stays when its lease has run out: the token
-- must grow for ever, and the note says what the last holder was doing.
create table daybook.leases (
  log        text collate "C" not null,
  name       text collate "C" not null,
  owner      text             not null,
  token      bigint           not null,
  expires_at timestamptz      not null,
  note       json,
  updated_at timestamptz      not null,
  primary key (log, name)
) with (fillfactor = 50);
