# Keeps its records, and never looks for one before it acts.
for word in "$@"; do
  case ${before-} in --operation) rm -f "$ROOT/state/operations/op.$word" ;; esac
  before=$word
done
exec "$REAL" "$@"
