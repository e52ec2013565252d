# Blocks first, and finds only then that the generation is stale.
for word in "$@"; do
  case ${before-} in
    --on) on=$word ;;
    --operation) operation=$word ;;
    --generation) generation=$word ;;
  esac
  before=$word
done
if [ "${1-}" = block ] && [ ! -e "$ROOT/state/operations/op.${operation-}" ]; then
  kept=$(cat "$ROOT/state/generation" 2>/dev/null || echo 0)
  case ${generation-} in
    '' | *[!0-9]*) ;;
    *) [ "$generation" -ge "$kept" ] || printf '%s\n' "${on-}" >"$ROOT/state/blocked" ;;
  esac
fi
exec "$REAL" "$@"
