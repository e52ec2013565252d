# Locks that a SIGKILL or a power cut cannot leave behind and nobody can take from a live process.
# A lock is a file that holds its owner's token, made by a hard link: it is never there without its owner.
# A token is pid-starttime-bootid: no two processes ever share one.

# start_of PID: its start in clock ticks into START; fails when there is no such process or only its zombie.
start_of() {
  read_line "/proc/$1/stat" || return 1
  # shellcheck disable=SC2086 # the fields after the name, which may hold spaces and brackets
  set -- ${LINE##*) }
  case $1 in Z | X) return 1 ;; esac
  START=${20}
}

find_own_token() {
  read_line /proc/sys/kernel/random/boot_id
  BOOT=$LINE
  start_of $$ && TOKEN=$$-$START-$BOOT
}

# is_alive TOKEN
is_alive() {
  case $1 in [0-9]*-[0-9]*-*) ;; *) return 1 ;; esac
  from=${1#*-}
  [ "${from#*-}" = "$BOOT" ] && start_of "${1%%-*}" && [ "$START" = "${from%%-*}" ]
}

# owner_of FILE: into OWNER; fails unless it lives.
owner_of() {
  OWNER=''
  read_line "$1" || return 1
  OWNER=$LINE
  is_alive "$OWNER"
}

# try_lock NAME: STATE/NAME becomes ours, or fails at once.
try_lock() {
  mine=$STATE/$1.mine.$$
  printf '%s\n' "$TOKEN" 2>/dev/null >"$mine" || return 1
  tries=0
  taken=1
  while [ $tries -lt 8 ]; do
    tries=$((tries + 1))
    if ln "$mine" "$STATE/$1" 2>/dev/null; then
      taken=0
      LOCKED="$LOCKED $1"
      break
    fi
    [ -e "$STATE/$1" ] || continue
    owner_of "$STATE/$1" && break
    remove_dead "$STATE/$1" "$OWNER" || break
  done
  rm -f "$mine"
  return $taken
}

# remove_dead FILE OWNER: removes it only while it is that dead owner's. The ticket named after the owner is held by one
# process at a time, and a dead owner's token never comes back: so what is removed is never a live lock.
remove_dead() {
  if ! ln "$mine" "$STATE/break.$2" 2>/dev/null; then
    owner_of "$STATE/break.$2" && return 1
    [ -n "$OWNER" ] && [ "$OWNER" != "$2" ] || return 0
    remove_dead "$STATE/break.$2" "$OWNER"
    return
  fi
  read_line "$1" || LINE=''
  [ "$LINE" != "$2" ] || rm -f "$1"
  rm -f "$STATE/break.$2"
}

# wait_lock NAME SECONDS
wait_lock() {
  uptime_seconds
  until_up=$((UP + $2))
  while ! try_lock "$1"; do
    uptime_seconds
    [ "$UP" -lt $until_up ] || return 1
    nap
  done
}

release_lock() {
  for held in $LOCKED; do
    read_line "$STATE/$held" && [ "$LINE" = "$TOKEN" ] && rm -f "$STATE/$held"
  done
  LOCKED=''
}
