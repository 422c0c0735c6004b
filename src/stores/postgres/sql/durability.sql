select name, setting from pg_settings where name in ('fsync', 'synchronous_commit', 'full_page_writes')
