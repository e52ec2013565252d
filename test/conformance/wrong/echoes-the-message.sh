# Shows on standard output what it was given.
[ "${1-}" = message ] || exec "$REAL" "$@"
text=$(cat)
printf '%s\n' "$text" | "$REAL" "$@"
code=$?
printf '%s\n' "$text"
exit $code
