-- Records a group of appends in one transaction. Each append is judged by itself, in order: one that is refused
-- writes nothing and leaves its neighbours alone. The log's row is locked first, so that positions are handed out
-- and committed in one order; readers take no part in that lock and never wait.
--
-- The group comes as flat arrays. A touch is a stream that an append writes, or only makes a condition of.
--   p_streams         the streams' names, each once
--   p_touch_stream    by touch: its stream, as a place in p_streams
--   p_touch_expected  by touch: the version expected; -1 any, -2 exists
--   p_touch_events    by touch: how many events it writes; 0 for a condition
--   p_last_touch      by append: the place of its last touch
--   p_event_touch …   by event, in the order of touches
--   p_tags            by event: its tags as an array literal; null when no event of the group has any
--   p_boundaries      by append: [{types, tags, after}] or null; null when no append has any
--   p_first_ids       by append that may be a repeat: the id of its first event; null when none may be
--   p_command_ids …   by append: its command; null when no append has any
-- Returns, by append, an outcome: 0 recorded; 1 a version conflict, detail its touch; 2 a boundary conflict, detail
-- the position met; 3 its first event, or 4 its command, is recorded already. And by touch the version that was met.
create function daybook.append(
  p_log             text,
  p_streams         text[],
  p_touch_stream    integer[],
  p_touch_expected  integer[],
  p_touch_events    integer[],
  p_last_touch      integer[],
  p_event_touch     integer[],
  p_ids             uuid[],
  p_types           text[],
  p_schema_versions smallint[],
  p_data            json[],
  p_metadata        json[],
  p_tags            text[],
  p_boundaries      jsonb[],
  p_first_ids       uuid[],
  p_command_ids     text[],
  p_command_digests text[],
  p_command_results json[]
) returns table (head bigint, recorded_at_ms double precision, outcomes integer[], details bigint[], versions integer[])
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
-- Without statistics the planner may prefer to scan a whole table: every look-up here is an index probe. And the plan of
-- a group of any size is the same, so that it is made once.
set enable_seqscan = off
set enable_bitmapscan = off
set plan_cache_mode = force_generic_plan
as $$
declare
  before_position bigint;     -- the head that the group found
  last_position   bigint;
  now_ms          timestamptz;
  version_before  integer[];  -- by stream
  stream_version  integer[];  -- by stream: as it is after the appends judged so far
  first_known     boolean[];
  command_known   boolean[];
  base_position   bigint[];   -- by touch: what to add to an event's place for its position; null when refused
  base_version    integer[];
  touches         integer := cardinality(p_touch_stream);
  events          integer := cardinality(p_ids);
  all_plain       boolean;
  all_single      boolean := false;
  all_recorded    boolean := true;
  first_touch     integer := 1;
  place           integer := 0;  -- of the last event of the appends judged so far
  outcome         integer;
  detail          bigint;
  met             integer;
  expected        integer;
begin
  -- The lock, and the positions, as if every append will be recorded. Two calls for one log are one after the other
  -- from here to their commits; of two appends that expect the same version the second sees what the first wrote. A call
  -- that had to wait takes the clock anew, so that recorded_at follows the order of positions.
  update daybook.logs as l
    set position = l.position + events,
        recorded_at = greatest(date_trunc('milliseconds', clock_timestamp()), l.recorded_at)
    where l.log = p_log
    returning l.position - events, l.recorded_at into before_position, now_ms;
  if not found then
    insert into daybook.logs as l (log, position, recorded_at)
      values (p_log, events, date_trunc('milliseconds', clock_timestamp()))
      on conflict (log) do update
        set position = l.position + events, recorded_at = greatest(excluded.recorded_at, l.recorded_at)
      returning l.position - events, l.recorded_at into before_position, now_ms;
  end if;

  version_before := array(
    select coalesce((
      select e.version from daybook.events as e where e.log = p_log and e.stream = wanted.stream
      order by e.version desc limit 1), 0)
    from unnest(p_streams) as wanted (stream));
  if p_first_ids is not null then
    first_known := array(
      select exists (select from daybook.events as e where e.log = p_log and e.id = wanted.id)
      from unnest(p_first_ids) as wanted (id));
  end if;
  if p_command_ids is not null then
    command_known := array(
      select exists (select from daybook.commands as c where c.log = p_log and c.command_id = wanted.id)
      from unnest(p_command_ids) as wanted (id));
  end if;

  outcomes := array_fill(0, array[cardinality(p_last_touch)]);
  details := array_fill(null::bigint, array[cardinality(p_last_touch)]);

  -- The usual group: each stream is touched once, nothing is asked of it but its version, and all are met. Then there is
  -- nothing to judge one by one, which would cost more than to write.
  all_plain := cardinality(p_streams) = touches and p_boundaries is null
    and not coalesce(true = any (first_known), false) and not coalesce(true = any (command_known), false);
  -- Mostly every version is expected as a number, and met: that is seen without a query.
  if all_plain and p_touch_expected <> version_before then
    all_plain := not exists (
      select from unnest(p_touch_expected, version_before) as t (expected, met)
      where t.expected <> t.met and t.expected <> -1 and (t.expected <> -2 or t.met = 0));
  end if;
  if all_plain then
    versions := version_before;
    last_position := before_position + events;
    all_single := 1 = all (p_touch_events);
    if not all_single then
      base_position := array_fill(before_position, array[touches]);
      base_version := array(
        select t.met + t.events - sum(t.events) over (order by t.place)
        from unnest(version_before, p_touch_events) with ordinality as t (met, events, place));
    end if;
  else
    versions := array_fill(0, array[touches]);
    last_position := before_position;
    stream_version := version_before;
    base_position := array_fill(null::bigint, array[touches]);
    base_version := array_fill(0, array[touches]);
  end if;

  for a in 1 .. case when all_plain then 0 else cardinality(p_last_touch) end loop
    outcome := 0;
    detail := null;
    if command_known[a] then
      outcome := 4;
    elsif first_known[a] then
      outcome := 3;
    else
      for t in first_touch .. p_last_touch[a] loop
        met := stream_version[p_touch_stream[t]];
        expected := p_touch_expected[t];
        versions[t] := met;
        if expected <> met and expected <> -1 and (expected <> -2 or met = 0) then
          outcome := 1;
          detail := t;
          exit;
        end if;
      end loop;
      if outcome = 0 and p_boundaries[a] is not null then
        detail := (
          select min(coalesce(
            daybook.find_in_boundary(p_log, b.types, b.tags, b.after),
            -- What the appends before this one in the group will have written.
            (select min(base_position[e.touch] + e.place)
             from unnest(p_event_touch[1:place], p_types[1:place], p_tags[1:place])
               with ordinality as e (touch, type, tags, place)
             where base_position[e.touch] + e.place > b.after
               and (b.types = '{}' or e.type = any (b.types))
               and (b.tags = '{}' or e.tags::text[] @> b.tags))))
          from jsonb_to_recordset(p_boundaries[a]) as b (types text[], tags text[], after bigint));
        if detail is not null then
          outcome := 2;
        end if;
      end if;
    end if;

    for t in first_touch .. p_last_touch[a] loop
      if outcome = 0 then
        met := stream_version[p_touch_stream[t]];
        base_position[t] := last_position - place;
        base_version[t] := met - place;
        stream_version[p_touch_stream[t]] := met + p_touch_events[t];
        last_position := last_position + p_touch_events[t];
      end if;
      place := place + p_touch_events[t];
    end loop;
    if outcome <> 0 then
      outcomes[a] := outcome;
      details[a] := detail;
      all_recorded := false;
    end if;
    first_touch := p_last_touch[a] + 1;
  end loop;

  if all_single then
    insert into daybook.events (position, recorded_at, version, schema_version, id, log, stream, category, type, data, metadata, tags)
      select before_position + e.place, now_ms, e.met + 1, e.schema_version, e.id, p_log,
             e.stream, split_part(e.stream, '-', 1), e.type, e.data, e.metadata, e.tags::text[]
      from unnest(p_streams, version_before, p_ids, p_types, p_schema_versions, p_data, p_metadata, p_tags)
        with ordinality as e (stream, met, id, type, schema_version, data, metadata, tags, place);
  else
    insert into daybook.events (position, recorded_at, version, schema_version, id, log, stream, category, type, data, metadata, tags)
      select base_position[e.touch] + e.place, now_ms, base_version[e.touch] + e.place, e.schema_version, e.id, p_log,
             s.stream, split_part(s.stream, '-', 1), e.type, e.data, e.metadata, e.tags::text[]
      from unnest(p_event_touch, p_ids, p_types, p_schema_versions, p_data, p_metadata, p_tags)
        with ordinality as e (touch, id, type, schema_version, data, metadata, tags, place)
      cross join lateral (select p_streams[p_touch_stream[e.touch]] as stream) as s
      where base_position[e.touch] is not null;
  end if;

  if p_tags is not null then
    insert into daybook.tags (log, tag, position, type)
      select p_log, t.tag, case when all_single then before_position else base_position[e.touch] end + e.place, e.type
      from unnest(p_event_touch, p_types, p_tags) with ordinality as e (touch, type, tags, place)
      cross join lateral unnest(e.tags::text[]) as t (tag)
      where all_single or base_position[e.touch] is not null;
  end if;

  if p_command_ids is not null then
    insert into daybook.commands (log, command_id, digest, result, recorded_at)
      select p_log, c.id, c.digest, c.result, now_ms
      from unnest(p_command_ids, p_command_digests, p_command_results, outcomes) as c (id, digest, result, outcome)
      where c.id is not null and c.outcome = 0;
  end if;

  if not all_recorded then
    update daybook.logs as l set position = last_position where l.log = p_log;
  end if;

  head := last_position;
  recorded_at_ms := date_part('epoch', now_ms) * 1000;
  return next;
end;
$$;

comment on function daybook.append is 'Records a group of appends to one log, each by itself, in one transaction.';

-- It acts with its owner's rights, so that a writer needs none on the tables.
revoke execute on function daybook.append from public;
