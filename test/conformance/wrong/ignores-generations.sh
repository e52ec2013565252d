# Takes any generation for one that is high enough.
kept=$(cat "$ROOT/state/generation" 2>/dev/null || echo 0)
count=$#
while [ "$count" -gt 0 ]; do
  word=$1
  shift
  count=$((count - 1))
  case ${before-}$word in
    --generation[0-9]*) [ "$word" -ge "$kept" ] 2>/dev/null || word=$kept ;;
  esac
  before=$word
  set -- "$@" "$word"
done
exec "$REAL" "$@"
