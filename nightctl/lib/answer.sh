# JSON and the one marked line. Functions that make JSON leave it in J, so that nothing is forked for it.

# json_text TEXT [BYTES]: a JSON string of at most BYTES (200) bytes.
json_text() {
  case $1 in
    *[!A-Za-z0-9\ _.:,+/=@-]*) ;;
    *)
      if [ ${#1} -le "${2:-200}" ]; then
        J="\"$1\""
        return
      fi
      ;;
  esac
  J=$(printf '%s' "$1" | awk -v limit="${2:-200}" '
    BEGIN {
      for (i = 1; i < 32; i++) esc[sprintf("%c", i)] = sprintf("\\u%04x", i)
      esc["\""] = "\\\""; esc["\\"] = "\\\\"; esc[sprintf("%c", 127)] = "\\u007f"
    }
    {
      if (NR > 1 && used < limit) { out = out "\\n"; used++ }
      n = length($0)
      for (i = 1; i <= n && used < limit; i++) {
        c = substr($0, i, 1); used++
        out = out ((c in esc) ? esc[c] : c)
      }
    }
    END { printf "\"%s\"", out }')
}

is_count() {
  case $1 in
    0) return 0 ;;
    '' | 0* | *[!0-9]*) return 1 ;;
  esac
  [ ${#1} -le 15 ]
}

is_time() {
  case $1 in
    *[!0-9TZ:.+-]*) return 1 ;;
    [0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]T[0-9][0-9]:[0-9][0-9]*[Z0-9]) [ ${#1} -le 40 ] ;;
    *) return 1 ;;
  esac
}

# json_value TYPE VALUE: what is not of its type is unknown, and unknown is null.
json_value() {
  J=null
  case $1 in
    text) [ -z "$2" ] || json_text "$2" ;;
    detail) [ -z "$2" ] || json_text "$2" 1000 ;;
    count) is_count "$2" && J=$2 ;;
    int) { is_count "$2" || { is_count "${2#-}" && [ "$2" != -0 ]; }; } && J=$2 ;;
    bool) case $2 in true | false) J=$2 ;; esac ;;
    time) is_time "$2" && J="\"$2\"" ;;
    raw) [ -z "$2" ] || J=$2 ;;
  esac
  return 0
}

# field NAME TYPE VALUE adds to the object begun by FIELDS=''; object ends it.
field() {
  json_value "$2" "$3"
  FIELDS="$FIELDS,\"$1\":$J"
}

object() {
  J="{${FIELDS#,}}"
  FIELDS=''
}

# object_or_null: null when every field of it is unknown.
object_or_null() {
  case $FIELDS in
    *:[!n]*) object ;;
    *)
      J=null
      FIELDS=''
      ;;
  esac
}

# finish CLASS REASON DATA STATUS: prints the marked line and ends.
finish() {
  release_lock
  if [ -n "$2" ]; then reason="\"$2\""; else reason=null; fi
  printf 'NIGHTCTL/1 {"class":"%s","reason":%s,"data":%s}\n' "$1" "$reason" "$3"
  exit "$4"
}

finish_done() { finish done '' "$1" 0; }
refuse() { finish refused "$1" null 77; }
later() { finish later "$1" null 75; }
usage() {
  printf 'nightctl: %s\n' "$1" >&2
  finish usage internalError null 64
}
