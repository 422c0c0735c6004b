-- How the rows of a generation lie in their table: as a document (''), or in declared columns, which this describes.
alter table daybook.generations add column layout text not null default '';
