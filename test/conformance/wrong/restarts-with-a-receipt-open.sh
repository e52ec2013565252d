# Does not look at the till before it restarts it.
[ "${1-}" != restart ] || printf 'activity=idle\nshift_open=false\n' >"$TILL/status"
exec "$REAL" "$@"
