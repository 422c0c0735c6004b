-- Least privilege on a daybook database. Run it once, as the role that owns the schema daybook, after the first open;
-- then grant one of the roles to each application's own login:
--
--   create role shop login password '…';
--   grant daybook_writer to shop;
--
-- daybook_reader     reads everything, writes nothing
-- daybook_writer     appends through the function daybook.append, forgets old command ids through
--                    daybook.prune_commands, keeps snapshots and checkpoints, runs reactors
-- daybook_projector  keeps read models too, in tables of its own
-- daybook_importer   takes in history from elsewhere, by COPY
--
-- None of them can change or remove an event; nor can the owner.

create role daybook_reader;
create role daybook_writer;
create role daybook_projector;
create role daybook_importer;

grant usage on schema daybook to daybook_reader;
grant select on all tables in schema daybook to daybook_reader;
grant execute on function daybook.list_types to daybook_reader;

grant daybook_reader to daybook_writer;
grant execute on function daybook.append, daybook.prune_commands to daybook_writer;
grant insert, update, delete on daybook.snapshots, daybook.checkpoints, daybook.leases to daybook_writer;

grant daybook_writer to daybook_projector;
grant insert, update, delete
  on daybook.generations, daybook.generation_ids, daybook.generation_partitions, daybook.quarantine
  to daybook_projector;
create schema if not exists daybook_read_models;
grant usage, create on schema daybook_read_models to daybook_projector;

grant daybook_reader to daybook_importer;
grant insert on daybook.events, daybook.tags to daybook_importer;
grant insert, update on daybook.logs to daybook_importer;
