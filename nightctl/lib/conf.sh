# The configuration: KEY=value lines, read and never run. A value is everything after the first =, verbatim.

CONF_KEYS='CASH_ID CASH_ID_FILE CASH_ID_HOOK KIND ROOT STATUS_HOOK RESTART_HOOK VERSION_HOOK HEALTH_HOOK SIGNATURE_HOOK
MESSAGE_HOOK BLOCK_HOOK CLOSE_SHIFT_HOOK HEALTH_SECONDS HOOK_SECONDS STALL_SECONDS DISK_MARGIN_KB UNPACK_FACTOR
SIGNERS SFTP_KEY SFTP_KNOWN_HOSTS ROLLBACK SEARCH_PATH TEST'

find_conf() {
  if [ -n "${NIGHTCTL_CONF-}" ]; then
    CONF=$NIGHTCTL_CONF
  elif [ -f "$HERE/nightctl.conf" ]; then
    CONF=$HERE/nightctl.conf
  else
    CONF=/etc/nightctl.conf
  fi
}

set_default_conf() {
  for key in $CONF_KEYS; do eval "C_$key=''"; done
  C_KIND=till
  C_ROLLBACK=true
  C_HEALTH_SECONDS=120
  C_HOOK_SECONDS=60
  C_STALL_SECONDS=60
  C_DISK_MARGIN_KB=16384
  C_UNPACK_FACTOR=3
  C_SEARCH_PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
}

read_conf_line() {
  case $1 in '' | '#'*) return ;; esac
  key=${1%%=*}
  case " $(printf '%s' "$CONF_KEYS" | tr '\n' ' ') " in
    *" $key "*) eval "C_$key=\${1#*=}" ;; # the key is one of ours, the value is never looked at
    *) printf 'nightctl: %s: unknown setting %s\n' "$CONF" "$key" >&2 ;;
  esac
}

conf_broken() {
  printf 'nightctl: %s: %s\n' "$CONF" "$1" >&2
  refuse internalError
}

check_conf() {
  case $C_ROOT in /*) ;; *) conf_broken 'ROOT must be an absolute path' ;; esac
  case $C_KIND in storeServer | till | selfCheckout | priceChecker) ;; *) conf_broken 'KIND is unknown' ;; esac
  case $C_ROLLBACK in true | false) ;; *) conf_broken 'ROLLBACK must be true or false' ;; esac
  for key in HEALTH_SECONDS HOOK_SECONDS STALL_SECONDS DISK_MARGIN_KB UNPACK_FACTOR; do
    eval "value=\$C_$key"
    is_count "$value" && [ ${#value} -le 8 ] || conf_broken "$key must be a whole number"
  done
}

# Folders and names derived from ROOT.
set_paths() {
  ROOT=${C_ROOT%/}
  STATE=$ROOT/state
  STAGED=$ROOT/staged
  RELEASES=$ROOT/releases
  LOGS=$ROOT/log
  KEY_FILE=${C_SFTP_KEY:-$ROOT/key/id}
  KNOWN_HOSTS=${C_SFTP_KNOWN_HOSTS:-$ROOT/key/known_hosts}
  mkdir -p "$STATE/operations" "$STAGED" "$RELEASES" "$LOGS" 2>/dev/null || conf_broken 'ROOT cannot be written'
}

# The device's own name; empty is unknown, and then nothing is meant for it.
find_cash_id() {
  CASH_ID=$C_CASH_ID
  if [ -z "$CASH_ID" ] && [ -n "$C_CASH_ID_FILE" ]; then CASH_ID=$(cat "$C_CASH_ID_FILE" 2>/dev/null); fi
  if [ -z "$CASH_ID" ] && [ -n "$C_CASH_ID_HOOK" ]; then CASH_ID=$(run_hook "$C_CASH_ID_HOOK") || CASH_ID=''; fi
}

load_conf() {
  find_conf
  LOCKED=''
  set_default_conf
  [ -r "$CONF" ] || conf_broken 'cannot be read'
  cr=$(printf '\r')
  while IFS= read -r line || [ -n "$line" ]; do read_conf_line "${line%"$cr"}"; done <"$CONF"
  PATH=$C_SEARCH_PATH
  export PATH
  check_conf
  set_paths
  find_own_token
  find_cash_id
}
