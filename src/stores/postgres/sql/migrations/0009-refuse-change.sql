-- Nothing is rewritten: the database itself refuses, whoever asks. A superuser can still remove the triggers;
-- the audit trail is there to prove that nobody has.
create function daybook.refuse_change() returns trigger
language plpgsql as $$
begin
  raise exception 'Events are never changed: % on daybook.% is refused.', tg_op, tg_table_name
    using errcode = 'restrict_violation',
          hint = 'Record a new event that corrects the old one.';
end;
$$;

create trigger refuse_change before update or delete or truncate on daybook.events
  for each statement execute function daybook.refuse_change();
alter table daybook.events enable always trigger refuse_change;

create trigger refuse_change before update or delete or truncate on daybook.tags
  for each statement execute function daybook.refuse_change();
alter table daybook.tags enable always trigger refuse_change;
