# Its downloads end with the session that began them.
if [ "$(cat "$ROOT/session" 2>/dev/null)" != "$SSH_CONNECTION" ]; then
  for lock in download.lock download.transfer; do
    owner=$(cat "$ROOT/state/$lock" 2>/dev/null) || continue
    kill -KILL "-${owner%%-*}" 2>/dev/null || kill -KILL "${owner%%-*}" 2>/dev/null
  done
fi
printf '%s\n' "$SSH_CONNECTION" >"$ROOT/session"
exec "$REAL" "$@"
