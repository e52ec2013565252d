# Hooks: executables of the till's own, named by absolute path, each with a limit of time.

# limited SECONDS COMMAND…: timeout's old BusyBox spelling is -t; without a timeout the command runs unbounded.
limited() {
  seconds=$1
  shift
  if timeout -s KILL 5 true 2>/dev/null; then
    timeout -s KILL "$seconds" "$@"
  elif timeout -t 5 true 2>/dev/null; then
    timeout -t "$seconds" -s KILL "$@"
  else
    "$@"
  fi
}

# run_hook PATH [WORD…]: fails when it is not there. Gets the caller's locale and ROOT.
run_hook() (
  [ -x "$1" ] || exit 127
  unset LC_ALL
  [ -z "$LC_ALL_BEFORE" ] || export LC_ALL="$LC_ALL_BEFORE"
  export NIGHTCTL_ROOT="$ROOT" NIGHTCTL_CURRENT="$ROOT/current"
  limited "$C_HOOK_SECONDS" "$@"
)

# running_version: of the process, as it says it, into RUNNING; empty is unknown.
running_version() {
  RUNNING=''
  [ -n "$C_VERSION_HOOK" ] || return 0
  RUNNING=$(run_hook "$C_VERSION_HOOK" 2>/dev/null </dev/null) || RUNNING=''
  case $RUNNING in *[!A-Za-z0-9._-]*) RUNNING='' ;; esac
  [ ${#RUNNING} -le 40 ] || RUNNING=''
}

# health: healthy, starting (the hook ends with 75), unhealthy, or empty without a hook; into HEALTH.
health() {
  HEALTH=''
  [ -n "$C_HEALTH_HOOK" ] || return 0
  run_hook "$C_HEALTH_HOOK" </dev/null >/dev/null 2>&1
  case $? in
    0) HEALTH=healthy ;;
    75) HEALTH=starting ;;
    *) HEALTH=unhealthy ;;
  esac
}

STATUS_KEYS='activity shift_open shift_number shift_opened_at sum drawer cashier_kind cashier_name last_receipt_number
last_receipt_at printer replication_lag_seconds replication_unsent fiscal_device_number fiscal_fn_number fiscal_flags
fiscal_valid_until fiscal_ffd fiscal_ofd_length fiscal_ofd_first_number fiscal_ofd_first_at fiscal_closing_number
fiscal_closing_at'

# read_till: the status hook's lines into S_key. A hook that fails has said nothing.
read_till() {
  for key in $STATUS_KEYS; do eval "S_$key=''"; done
  S_activity=unknown
  [ -n "$C_STATUS_HOOK" ] || return 0
  said=$(run_hook "$C_STATUS_HOOK" </dev/null 2>/dev/null) || return 0
  while IFS= read -r line; do
    key=${line%%=*}
    case $key in '' | *[!a-z_]*) continue ;; esac
    eval "S_$key=\${line#*=}"
  done <<SAID
$said
SAID
  case $S_activity in
    idle | receipt | payment | technicalBreak | service) ;;
    *) S_activity=unknown ;;
  esac
}

# in_use: why the till must not be restarted now, into WHY; fails when it may.
in_use() {
  read_till
  case $S_activity in
    receipt | payment) WHY=receiptOpen ;;
    unknown) WHY=activityUnknown ;;
    *) return 1 ;;
  esac
}

is_blocked() { read_line "$STATE/blocked" && [ "$LINE" = true ]; }
