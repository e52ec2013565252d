# The device's own key: with it, and nothing else, it fetches from its store server by sftp://. The private half is made
# here and never leaves. KEY_FILE and KNOWN_HOSTS are those of the configuration, or lie in ROOT/key. A new key lies beside
# the old one until the store server knows it, so that there is always one to fetch with.

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

# words_of TEXT: type and base64 into PUBLIC, or fails.
words_of() {
  case $1 in ssh-*' '* | ecdsa-*' '*) ;; *) return 1 ;; esac
  rest=${1#* }
  PUBLIC="${1%% *} ${rest%% *}"
}

# read_public FILE: the key in it, into PUBLIC; from the private half where ssh-keygen can, so that both are of one pair.
read_public() {
  PUBLIC=''
  if has_command ssh-keygen; then
    said=$(limited 10 ssh-keygen -y -P '' -f "$1" 2>/dev/null </dev/null) || return 1
  else
    said=$(cat "$1.pub" 2>/dev/null) || return 1
  fi
  words_of "$said"
}

# The next key lies in KEY_FILE.next until it is to be used. Its public half comes after the private one, and goes before
# it: alone it means that a change was cut off when the private one had moved. While it moves there is no KEY_FILE.pub,
# for ssh goes by that before it looks into KEY_FILE.
end_cut_off_change() {
  if [ -e "$KEY_FILE.next.pub" ] && [ ! -e "$KEY_FILE.next" ]; then
    rm -f "$KEY_FILE.former.pub" && mv -f "$KEY_FILE.next.pub" "$KEY_FILE.pub" || return 1
  elif [ -e "$KEY_FILE.former.pub" ]; then
    mv -f "$KEY_FILE.former.pub" "$KEY_FILE.pub" || return 1
  fi
}

# make_pair: new, in KEY_FILE.new and KEY_FILE.new.pub.
make_pair() {
  mkdir -p "${KEY_FILE%/*}" && make_key "$KEY_FILE.new" && chmod 600 "$KEY_FILE.new" || return 1
  flush "$KEY_FILE.new"
}

make_first_key() (
  umask 077
  make_pair && mv -f "$KEY_FILE.new.pub" "$KEY_FILE.pub" && mv -f "$KEY_FILE.new" "$KEY_FILE" || exit 1
  flush "${KEY_FILE%/*}"
)

# make_next_key: beside the one that is used, in place of another that was never used.
make_next_key() (
  umask 077
  make_pair && rm -f "$KEY_FILE.next.pub" && mv -f "$KEY_FILE.new" "$KEY_FILE.next" || exit 1
  mv -f "$KEY_FILE.new.pub" "$KEY_FILE.next.pub" || exit 1
  flush "${KEY_FILE%/*}"
)

# use_next_key: it takes the old one's name in one step.
use_next_key() {
  if [ -e "$KEY_FILE.pub" ]; then mv -f "$KEY_FILE.pub" "$KEY_FILE.former.pub" || return 1; fi
  flush "${KEY_FILE%/*}"
  crash_here key-parted
  mv -f "$KEY_FILE.next" "$KEY_FILE" || return 1
  flush "${KEY_FILE%/*}"
  crash_here key-moved
  end_cut_off_change || return 1
  flush "${KEY_FILE%/*}"
}

# change_key BASE64: to that one, if it is the next; done where it is used already.
change_key() {
  if [ -e "$KEY_FILE" ] && read_public "$KEY_FILE" && [ "${PUBLIC#* }" = "$1" ]; then return 0; fi
  [ -e "$KEY_FILE.next.pub" ] && read_public "$KEY_FILE.next" && [ "${PUBLIC#* }" = "$1" ] && use_next_key
}

# keep_known_hosts TEXT: nothing said is nothing changed.
keep_known_hosts() (
  [ -n "$1" ] || exit 0
  umask 077
  mkdir -p "${KNOWN_HOSTS%/*}" && put "$KNOWN_HOSTS" "$1"
)

# Nobody can say what to do with a key that cannot be read: only another one, made beside it, can take its place.
verb_key() {
  names=$COMMON
  F_renew=false F_use=''
  case " $* " in
    *' --use '*) names="use $COMMON" ;;
    *' --renew '*) names="renew $COMMON" ;;
  esac
  read_flags "$names" "$@"
  text=$(limited 10 head -c 65536) || text=''
  begin key
  can_make_keys || refuse internalError
  end_cut_off_change || refuse internalError
  keep_known_hosts "$text" || refuse diskFull
  which=$KEY_FILE
  if [ -n "$F_use" ]; then
    change_key "$F_use" || refuse internalError
  elif [ ! -e "$KEY_FILE" ]; then
    make_first_key || refuse internalError
  elif [ "$F_renew" = true ]; then
    make_next_key || refuse internalError
    which=$KEY_FILE.next
  fi
  read_public "$which" || refuse internalError
  json_text "$PUBLIC" 4000
  accomplish "{\"publicKey\":$J}"
}
