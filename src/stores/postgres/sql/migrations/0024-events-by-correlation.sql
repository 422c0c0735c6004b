-- What belongs together, in its order; events without a correlation id cost nothing here. A hash of eight bytes stands for
-- log and id, which are compared after it: the index is a third of what it would be with their texts, and ids are often
-- random, so that each append writes to a page somewhere in it. `position + 0`: see the events.
create index events_by_correlation
  on daybook.events (
    hashtextextended((metadata ->> 'correlationId') collate "C", hashtextextended(log, 0)),
    (position + 0)
  )
  where metadata ->> 'correlationId' is not null;
