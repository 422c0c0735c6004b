create index commands_by_time on daybook.commands (log, recorded_at);

-- Forgets the oldest commands of a log, at most so many; gives how many. It waits for nobody: rows that another call is
-- at are left to that one.
create function daybook.prune_commands(p_log text, p_before timestamptz, p_limit integer) returns integer
language sql
security definer
set search_path = pg_catalog, pg_temp
-- Without statistics the planner may prefer to look at all commands of the log.
set enable_seqscan = off
set enable_bitmapscan = off
set enable_sort = off
as $$
  with oldest as (
    select c.command_id
    from daybook.commands as c
    where c.log = p_log and c.recorded_at < p_before
    order by c.recorded_at
    limit p_limit
    for update skip locked
  ), forgotten as (
    delete from daybook.commands as c
    where c.log = p_log and c.command_id = any (array(select o.command_id from oldest as o))
    returning 1
  )
  select count(*)::integer from forgotten
$$;

comment on function daybook.prune_commands is 'Forgets the oldest commands of one log, so that a repeat of one is a new command.';

-- It acts with its owner's rights, so that a writer needs none on the table.
revoke execute on function daybook.prune_commands from public;
