create schema if not exists daybook;

comment on schema daybook is 'The daybook event store. Written through daybook.append; read freely.';
