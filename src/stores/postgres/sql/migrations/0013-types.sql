-- How many events of each type and schema version a log holds, in each category, and where the first and the last one
-- are: some dozens of rows, so that what is stored can be compared with what the code reads without looking at events.
-- They are counted when somebody asks, from where the last who asked has come: see list_types.
create table daybook.types (
  log            text collate "C" not null,
  category       text collate "C" not null,
  type           text collate "C" not null,
  schema_version smallint         not null,
  events         bigint           not null,
  first_position bigint           not null,
  last_position  bigint           not null,
  primary key (log, type, schema_version, category)
);

create table daybook.types_counted (
  log      text collate "C" not null primary key,
  position bigint           not null
);

-- Why: see the events.
alter table daybook.types alter column log set statistics 0;
