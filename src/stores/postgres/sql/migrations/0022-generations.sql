-- The generations of a read model in a log: which are there, what made each, and how far it has come.
create table daybook.generations (
  log         text collate "C" not null,
  projection  text collate "C" not null,
  generation  integer          not null,
  state       text             not null check (state in ('live', 'building', 'previous')),
  fingerprint text             not null,
  position    bigint           not null default 0,
  -- Rows were written that nobody deleted in the course of the fold: when there are none, somebody else deleted them.
  has_rows    boolean          not null default false,
  -- Grows with every write, also where the position stays: what a writer remembers of the rows is then not what is there.
  revision    bigint           not null default 0,
  created_at  timestamptz      not null default now(),
  updated_at  timestamptz      not null default now(),
  primary key (log, projection, generation),
  -- Looked at when a statement ends, so that one statement may swap two.
  unique (log, projection, state) deferrable initially immediate
) with (fillfactor = 50);

-- The last id given out: a writer that slept while its generation was dropped must not wake up in another of its number.
create table daybook.generation_ids (
  log        text collate "C" not null,
  projection text collate "C" not null,
  last       integer          not null,
  primary key (log, projection)
);

-- How far each share of a parallel build has come.
create table daybook.generation_partitions (
  log        text collate "C" not null,
  projection text collate "C" not null,
  generation integer          not null,
  partition  integer          not null,
  partitions integer          not null,
  position   bigint           not null,
  primary key (log, projection, generation, partitions, partition),
  foreign key (log, projection, generation) references daybook.generations on delete cascade
) with (fillfactor = 50);

-- Keys whose events wait, since one of them could not be applied.
create table daybook.quarantine (
  log        text collate "C" not null,
  projection text collate "C" not null,
  generation integer          not null,
  key        text collate "C" not null,
  position   bigint           not null,
  waiting    integer          not null,
  error      text             not null,
  since      timestamptz      not null,
  primary key (log, projection, generation, key),
  foreign key (log, projection, generation) references daybook.generations on delete cascade
);
