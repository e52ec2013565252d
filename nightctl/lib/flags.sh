# Flags: each at most once, all that a verb names must be there, each value strictly of its shape.

COMMON='cash-id operation generation'

# read_flags "NAMES" WORDS…: --name value pairs into F_name; any other word breaks the contract.
read_flags() {
  NAMES=$1
  shift
  GIVEN=' '
  while [ $# -gt 0 ]; do
    case $1 in
      --[a-z]*) name=${1#--} ;;
      *) usage 'a flag was expected' ;;
    esac
    case $name in *[!a-z0-9-]*) usage 'a flag was expected' ;; esac
    case " $NAMES " in *" $name "*) ;; *) usage "this verb has no flag --$name" ;; esac
    case $GIVEN in *" $name "*) usage "--$name is given twice" ;; esac
    [ $# -ge 2 ] || usage "--$name has no value"
    GIVEN="$GIVEN$name "
    set_flag "$name" "$2"
    shift 2
  done
  case " $NAMES " in *' cash-id '*) check_device ;; esac
  check_flags
}

set_flag() {
  case $1 in
    cash-id) F_cash_id=$2 ;;
    expires-in) F_expires_in=$2 ;;
    *) eval "F_$1=\$2" ;;
  esac
}

get_flag() {
  case $1 in
    cash-id) value=$F_cash_id ;;
    expires-in) value=$F_expires_in ;;
    *) eval "value=\$F_$1" ;;
  esac
}

# Whom it is meant for comes before anything else is looked at.
check_device() {
  case $GIVEN in *' cash-id '*) ;; *) usage '--cash-id is missing' ;; esac
  [ -n "$F_cash_id" ] || usage '--cash-id is empty'
  [ "$F_cash_id" = "$CASH_ID" ] || refuse wrongDevice
}

check_flags() {
  for name in $NAMES; do
    case $GIVEN in *" $name "*) ;; *) usage "--$name is missing" ;; esac
    get_flag "$name"
    check_value "$name" "$value"
  done
}

# check_value NAME VALUE
check_value() {
  case $1 in
    cash-id) return ;;
    operation)
      case $2 in '' | *[!A-Za-z0-9._-]*) bad_value "$1" ;; esac
      [ ${#2} -le 80 ] || bad_value "$1"
      ;;
    generation) is_count "$2" || bad_value "$1" ;;
    version)
      case $2 in *[!0-9]*) bad_value "$1" ;; esac
      [ ${#2} -eq 8 ] || bad_value "$1"
      ;;
    sha256)
      case $2 in *[!0-9a-f]*) bad_value "$1" ;; esac
      [ ${#2} -eq 64 ] || bad_value "$1"
      ;;
    size) in_range "$1" "$2" 1 999999999999 ;;
    expires-in) in_range "$1" "$2" 1 2592000 ;;
    keep) in_range "$1" "$2" 0 100 ;;
    on | signed | renew) case $2 in true | false) ;; *) bad_value "$1" ;; esac ;;
    use)
      case $2 in '' | *[!A-Za-z0-9+/=]*) bad_value "$1" ;; esac
      [ ${#2} -le 3000 ] || bad_value "$1"
      ;;
    source) check_source "$2" ;;
  esac
}

bad_value() { usage "--$1 has a bad value"; }

in_range() {
  is_count "$2" && [ "$2" -ge "$3" ] && [ "$2" -le "$4" ] || bad_value "$1"
}

# http://host[:port]/path or sftp://user@host[:port]/path into SRC_PROTOCOL, SRC_USER, SRC_HOST, SRC_PORT, SRC_PATH.
check_source() {
  [ ${#1} -le 1000 ] || bad_value source
  case $1 in *[!A-Za-z0-9._~:/@+=,%-]*) bad_value source ;; esac
  SRC_PROTOCOL=${1%%://*}
  place=${1#*://}
  SRC_PATH=/${place#*/}
  authority=${place%%/*}
  [ "$authority/${SRC_PATH#/}" = "$place" ] && [ "$SRC_PATH" != / ] || bad_value source
  case $SRC_PROTOCOL in
    http)
      SRC_USER=''
      SRC_PORT=80
      case $authority in *@*) bad_value source ;; esac
      ;;
    sftp)
      # sftp takes the path as it is, so an encoded one would name another file
      case $SRC_PATH in *%*) bad_value source ;; esac
      case $authority in *@*) ;; *) bad_value source ;; esac
      SRC_USER=${authority%%@*}
      authority=${authority#*@}
      SRC_PORT=22
      case $SRC_USER in '' | -* | *[!A-Za-z0-9._-]*) bad_value source ;; esac
      ;;
    *) bad_value source ;;
  esac
  SRC_HOST=$authority
  case $authority in
    *:*)
      SRC_HOST=${authority%:*}
      SRC_PORT=${authority##*:}
      ;;
  esac
  case $SRC_HOST in '' | -* | *[!A-Za-z0-9.-]*) bad_value source ;; esac
  in_range source "$SRC_PORT" 1 65535
}
