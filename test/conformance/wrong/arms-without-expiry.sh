# Arms for ten days, whatever it is told.
count=$#
while [ "$count" -gt 0 ]; do
  word=$1
  shift
  count=$((count - 1))
  [ "${before-}" != --expires-in ] || word=864000
  before=$word
  set -- "$@" "$word"
done
exec "$REAL" "$@"
