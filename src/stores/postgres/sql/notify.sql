select pg_notify('daybook', $1)
