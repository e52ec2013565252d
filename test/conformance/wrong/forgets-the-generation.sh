# Keeps the generation for as long as the session lasts.
[ "$(cat "$ROOT/session" 2>/dev/null)" = "$SSH_CONNECTION" ] || rm -f "$ROOT/state/generation"
printf '%s\n' "$SSH_CONNECTION" >"$ROOT/session"
exec "$REAL" "$@"
