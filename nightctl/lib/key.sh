# The device's own key: with it, and nothing else, it fetches from its store server by sftp://. The private half is made
# here and never leaves. KEY_FILE and KNOWN_HOSTS are those of the configuration, or lie in ROOT/key.

can_make_keys() { has_command ssh-keygen || { has_command dropbearkey && has_command dropbearconvert; }; }

# make_key FILE: a new pair, the public half in FILE.pub. Where there is only Dropbear its key is converted, for sftp
# reads OpenSSH's.
make_key() {
  rm -f "$1" "$1.pub" "$1.raw"
  if has_command ssh-keygen; then
    limited 60 ssh-keygen -q -t ed25519 -N '' -C '' -f "$1" </dev/null >&2
    return
  fi
  limited 60 dropbearkey -t ed25519 -f "$1.raw" </dev/null >"$1.said" 2>&2 || return 1
  grep '^ssh-' "$1.said" >"$1.pub"
  dropbearconvert dropbear openssh "$1.raw" "$1" >&2
  made=$?
  rm -f "$1.raw" "$1.said"
  return $made
}

# read_public: type and base64 into PUBLIC; from the private half where ssh-keygen can, so that both are of one pair.
read_public() {
  PUBLIC=''
  if has_command ssh-keygen; then
    said=$(limited 10 ssh-keygen -y -P '' -f "$KEY_FILE" 2>/dev/null </dev/null) || return 1
  else
    said=$(cat "$KEY_FILE.pub" 2>/dev/null) || return 1
  fi
  case $said in ssh-*' '* | ecdsa-*' '*) ;; *) return 1 ;; esac
  rest=${said#* }
  PUBLIC="${said%% *} ${rest%% *}"
}

# renew_key: the new private half takes the old one's name in one step.
renew_key() (
  umask 077
  mkdir -p "${KEY_FILE%/*}" || exit 1
  make_key "$KEY_FILE.new" && chmod 600 "$KEY_FILE.new" || exit 1
  flush "$KEY_FILE.new"
  mv -f "$KEY_FILE.new.pub" "$KEY_FILE.pub" && mv -f "$KEY_FILE.new" "$KEY_FILE" || exit 1
  flush "${KEY_FILE%/*}"
)

# keep_known_hosts TEXT: nothing said is nothing changed.
keep_known_hosts() (
  [ -n "$1" ] || exit 0
  umask 077
  mkdir -p "${KNOWN_HOSTS%/*}" && put "$KNOWN_HOSTS" "$1"
)

verb_key() {
  names=$COMMON
  F_renew=false
  case " $* " in *' --renew '*) names="renew $COMMON" ;; esac
  read_flags "$names" "$@"
  text=$(limited 10 head -c 65536) || text=''
  begin key
  can_make_keys || refuse internalError
  keep_known_hosts "$text" || refuse diskFull
  # Nobody can say what to do with a key that cannot be read: only --renew puts another in its place.
  if [ "$F_renew" = true ] || [ ! -e "$KEY_FILE" ]; then renew_key || refuse internalError; fi
  read_public || refuse internalError
  json_text "$PUBLIC" 4000
  accomplish "{\"publicKey\":$J}"
}
