/** The SQL of what is kept of generations beside their rows: which there are, checkpoints, quarantine. */
export const LIST = `
select generation::text as id, state, fingerprint, layout, position::text as position,
       (date_part('epoch', created_at) * 1000)::text as created_at
from daybook.generations where log = $1 and projection = $2 order by generation`

export const NEXT_ID = `
insert into daybook.generation_ids as i (log, projection, last) values ($1, $2, 1)
on conflict (log, projection) do update set last = i.last + 1
returning last::text as id`

export const ADD = `
insert into daybook.generations (log, projection, generation, state, fingerprint, layout)
values ($1, $2, $3::text::integer, $4, $5, $6)`

/** Of every log: they share the tables. The last one that is live anywhere says what columns the view has. */
export const KNOWN_SHAPES = `
select generation::text as id, layout, bool_or(state = 'live') as is_live
from daybook.generations where projection = $1 group by generation, layout order by generation, layout`

export const HOLD = `
select from daybook.generations where log = $1 and projection = $2 order by generation for update`

/** A process that is paused while it holds them would hold up all others: the server takes it back. */
export const LIMIT_IDLE = `set local idle_in_transaction_session_timeout = 5000`

export const SWAP = `
update daybook.generations set state = case state when 'live' then 'previous' else 'live' end
where log = $1 and projection = $2 and state in ('live', $3)`

export const REMOVE = `
delete from daybook.generations where log = $1 and projection = $2 and generation = $3::text::integer`

export const CHECKPOINT = `
select position::text as position from daybook.generations
where log = $1 and projection = $2 and generation = $3::text::integer`

export const BEGIN = `
select position::text as position, revision::text as revision from daybook.generations
where log = $1 and projection = $2 and generation = $3::text::integer`

/** Whoever holds it is next to move the checkpoint. */
export const BEGIN_LOCKED = `${BEGIN} for update`

export const PARTITION_CHECKPOINT = `
select position::text as position from daybook.generation_partitions
where log = $1 and projection = $2 and generation = $3::text::integer
  and partition = $4::text::integer and partitions = $5::text::integer`

/**
 * The fence: it moves for one of the instances that try, and locks the row until that one's rows are committed. So one that
 * is paused before its commit would hold up all others: from here to the end of the transaction the server waits for its
 * next statement no longer than $8 milliseconds, or as the session has it where that is null, and then takes it back.
 */
export const MOVE_CHECKPOINT = `
update daybook.generations
set position = $5::text::bigint, has_rows = has_rows or $6::text::boolean, revision = revision + 1, updated_at = now()
where log = $1 and projection = $2 and generation = $3::text::integer and position = $4::text::bigint
  and state <> 'previous' and ($7::text is null or revision = $7::text::bigint)
returning revision::text as revision,
  set_config('idle_in_transaction_session_timeout',
             coalesce($8::text, current_setting('idle_in_transaction_session_timeout')), true)`

/** The shares of a build meet in the generation's row only for as long as it takes to note that rows are there. */
export const MOVE_PARTITION = `
insert into daybook.generation_partitions as p (log, projection, generation, partition, partitions, position)
select $1, $2, generation, $6::text::integer, $7::text::integer, $5::text::bigint
from daybook.generations
where log = $1 and projection = $2 and generation = $3::text::integer and state = 'building'
  and ($4::text::bigint = 0 or exists (
    select from daybook.generation_partitions
    where log = $1 and projection = $2 and generation = $3::text::integer
      and partition = $6::text::integer and partitions = $7::text::integer))
on conflict (log, projection, generation, partitions, partition) do update set position = excluded.position
  where p.position = $4::text::bigint
returning 1`

export const NOTE_ROWS = `
update daybook.generations set has_rows = $4::text::boolean
where log = $1 and projection = $2 and generation = $3::text::integer and has_rows <> $4::text::boolean`

export const HAS_ROWS = `
select has_rows from daybook.generations
where log = $1 and projection = $2 and generation = $3::text::integer`

export const QUARANTINED = `
select key, position::text as position, waiting::text as waiting, error,
       (date_part('epoch', since) * 1000)::text as since
from daybook.quarantine
where log = $1 and projection = $2 and generation = $3::text::integer order by key`

export const QUARANTINE = `
insert into daybook.quarantine (log, projection, generation, key, position, waiting, error, since)
select $1, $2, $3::text::integer, q.key, q.position, q.waiting, q.error, to_timestamp(q."sinceMs" / 1000)
from jsonb_to_recordset($4::text::jsonb)
  as q (key text, position bigint, waiting integer, error text, "sinceMs" double precision)
on conflict (log, projection, generation, key) do update
  set position = excluded.position, waiting = excluded.waiting, error = excluded.error, since = excluded.since`

export const RELEASE = `
delete from daybook.quarantine
where log = $1 and projection = $2 and generation = $3::text::integer
  and key in (select jsonb_array_elements_text($4::text::jsonb))`
