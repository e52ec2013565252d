# Files that must be there, whole, after a power cut; small state as key=value lines.

# flush PATH: one file or folder; an old sync without operands flushes everything, which is as good.
flush() { sync "$1" 2>/dev/null || sync; }

# put FILE TEXT: the old content or the new, never a part. Fails when the disk is full.
put() {
  printf '%s\n' "$2" 2>/dev/null >"$1.new.$$" || {
    rm -f "$1.new.$$"
    return 1
  }
  flush "$1.new.$$"
  mv -f "$1.new.$$" "$1" || return 1
  flush "${1%/*}"
}

forget() {
  [ -e "$1" ] || return 0
  rm -f "$1"
  flush "${1%/*}"
}

# read_line FILE: its first line into LINE, or fails.
read_line() {
  LINE=''
  { IFS= read -r LINE <"$1"; } 2>/dev/null || [ -n "$LINE" ]
}

# read_state FILE PREFIX: key=value lines into PREFIX_key; keys that are no plain words are passed over.
read_state() {
  [ -r "$1" ] || return 1
  while IFS= read -r line || [ -n "$line" ]; do
    key=${line%%=*}
    case $key in '' | *[!a-z0-9_]*) continue ;; esac
    eval "$2_$key=\${line#*=}"
  done <"$1"
}

# size_of FILE: bytes into SIZE, 0 when it is not there. ls, because BusyBox's wc reads the whole file.
size_of() {
  SIZE=0
  [ -f "$1" ] || return 0
  # shellcheck disable=SC2046 # split into columns on purpose
  set -- $(ls -ln -- "$1" 2>/dev/null) 0 0 0 0 0
  is_count "$5" && SIZE=$5
  return 0
}

# free_kb: of the file system that holds ROOT, into FREE; empty when df does not say.
free_kb() {
  FREE=$(df -P -k "$ROOT" 2>/dev/null | awk 'NR > 1 && NF >= 4 { free = $(NF - 2) } END { print free }')
  is_count "$FREE" || FREE=''
}

# has_room BYTES: with the margin on top; an unknown disk has room, the write itself will tell.
has_room() {
  free_kb
  [ -z "$FREE" ] || [ "$FREE" -ge $(($1 / 1024 + 1 + C_DISK_MARGIN_KB)) ]
}

now() { date +%s; }
iso_now() { date -u +%Y-%m-%dT%H:%M:%SZ; }
iso_time() { date -u -d "@$1" +%Y-%m-%dT%H:%M:%SZ; }

# uptime_seconds: into UP; it never jumps, as the wall clock does.
uptime_seconds() {
  read_line /proc/uptime
  UP=${LINE%%.*}
}

# nap: a tenth of a second where sleep can, a second where it cannot.
nap() { sleep 0.1 2>/dev/null || sleep 1; }

# note TEXT: one line of ROOT/log/nightctl.log, on disk before it returns.
note() {
  printf '%s at=%s\n' "$1" "$(iso_now)" >>"$LOGS/nightctl.log"
  flush "$LOGS/nightctl.log"
}

# note_once TEXT: not again when a line starts with it (a step that was cut off is done over).
note_once() {
  if [ -f "$LOGS/nightctl.log" ] && grep -qF -e "$1 at=" "$LOGS/nightctl.log"; then return 0; fi
  note "$1"
}

# detach WORD: this program again, in a session of its own, with nothing of the caller's open.
detach() {
  noise=$LOGS/worker.log
  size_of "$noise"
  [ "$SIZE" -lt 1048576 ] || mv -f "$noise" "$noise.1"
  if command -v setsid >/dev/null 2>&1; then
    setsid "$SELF" "$1" </dev/null >>"$noise" 2>&1 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&- &
  else
    nohup "$SELF" "$1" </dev/null >>"$noise" 2>&1 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&- &
  fi
}

# crash_here NAME: tests stop the process exactly there; only where the configuration says TEST=1.
crash_here() {
  [ "$C_TEST" = 1 ] && [ "${NIGHTCTL_CRASH_AT-}" = "$1" ] || return 0
  kill -KILL $$
}
