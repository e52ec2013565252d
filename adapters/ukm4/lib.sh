# Settings of ukm4.conf, and questions to the till's database. POSIX sh: dash and BusyBox ash.

SETTINGS='KIND CLIENT INIT REFERENCE ROOT MYSQL DATABASE DATABASE_LOGIN CASH_ID_QUERY SHIFT_OPEN_QUERY SHIFT_CLOSE_QUERY
RECEIPT_OPEN_QUERY PID_FILE LOG_FILE VERSION_COMMAND MESSAGE_COMMAND BLOCK_COMMAND CLOSE_SHIFT_COMMAND PACKAGE_LAYOUT
ROLLBACK HEALTH_SECONDS'
OPTIONAL='SEARCH_PATH'
NEWLINE='
'
TAB=$(printf '\t')

# load_settings: each into U_name. Fails with WRONG, which names what is missing.
load_settings() {
  for key in $SETTINGS $OPTIONAL; do eval "U_$key=''"; done
  WRONG="$HERE/ukm4.conf cannot be read"
  [ -r "$HERE/ukm4.conf" ] || return 1
  cr=$(printf '\r')
  known=" $(printf '%s' "$SETTINGS $OPTIONAL" | tr '\n' ' ') "
  while IFS= read -r line || [ -n "$line" ]; do
    line=${line%"$cr"}
    case $line in '' | '#'*) continue ;; esac
    key=${line%%=*}
    # the key is one of ours, the value is never looked at
    case $known in *" $key "*) eval "U_$key=\${line#*=}" ;; esac
  done <"$HERE/ukm4.conf"
  WRONG=''
  for key in $SETTINGS; do
    value=''
    eval "value=\$U_$key"
    case $value in '' | CAPTURE*) WRONG="$WRONG $key" ;; esac
  done
  if [ -n "$WRONG" ]; then
    WRONG="$HERE/ukm4.conf is not filled in:$WRONG"
    return 1
  fi
  check_settings
}

check_settings() {
  WRONG="$HERE/ukm4.conf: PACKAGE_LAYOUT can only be client: other packages must be repacked"
  [ "$U_PACKAGE_LAYOUT" = client ] || return 1
  for key in CASH_ID_QUERY SHIFT_OPEN_QUERY SHIFT_CLOSE_QUERY RECEIPT_OPEN_QUERY; do
    eval "value=\$U_$key"
    WRONG="$HERE/ukm4.conf: $key must be one SELECT that changes nothing"
    is_select "$value" || return 1
  done
  WRONG=''
}

# is_select QUERY: a second lock; the first is an account that may nothing else.
is_select() {
  case $1 in *';'* | *'/*'*) return 1 ;; esac
  query=" $(printf '%s' "$1" | tr 'a-z\t' 'A-Z ') "
  case $query in *' INTO '* | *' UPDATE '* | *'SLEEP('* | *' LOCK '*) return 1 ;; esac
  case $query in ' SELECT '*) ;; *) return 1 ;; esac
}

# ask QUERY: the one value into VALUE, empty for NULL. Fails when the database does not answer: then nothing is known.
# Options as the client of MySQL 5.0 knows them.
ask() {
  VALUE=$("$U_MYSQL" --defaults-extra-file="$U_DATABASE_LOGIN" --connect_timeout=5 -N -B -e "$1" "$U_DATABASE" \
    </dev/null 2>/dev/null) || return 1
  [ "$VALUE" != NULL ] || VALUE=''
  # one row, one column
  case $VALUE in *"$NEWLINE"* | *"$TAB"*) return 1 ;; esac
}

# ask_number QUERY: a whole number or nothing at all.
ask_number() {
  ask "$1" || return 1
  case $VALUE in *[!0-9]*) return 1 ;; esac
  [ ${#VALUE} -le 15 ]
}

# shift_is_open: into OPEN, true or false. Fails when it is not known.
shift_is_open() {
  ask_number "$U_SHIFT_OPEN_QUERY" || return 1
  opened=${VALUE:-0}
  ask_number "$U_SHIFT_CLOSE_QUERY" || return 1
  if [ "$opened" -gt "${VALUE:-0}" ]; then OPEN=true; else OPEN=false; fi
}

# log_size: bytes into SIZE, 0 when there is none.
log_size() {
  SIZE=0
  # shellcheck disable=SC2046 # split into columns on purpose
  set -- $(ls -ln -- "$U_LOG_FILE" 2>/dev/null) 0 0 0 0 0
  case $5 in '' | *[!0-9]*) ;; *) SIZE=$5 ;; esac
}

# For hooks: settings that are incomplete say nothing.
begin_hook() {
  load_settings && return 0
  printf '%s\n' "$WRONG" >&2
  exit 1
}
