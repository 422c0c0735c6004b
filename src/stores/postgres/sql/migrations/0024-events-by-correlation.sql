-- What belongs together, in its order; events without a correlation id cost nothing here. Longer ids than 255 characters
-- cannot be asked for, and an index entry must end somewhere. `position + 0`: see the events.
create index events_by_correlation
  on daybook.events (log, (left(metadata ->> 'correlationId', 256) collate "C"), (position + 0))
  where metadata ->> 'correlationId' is not null;
