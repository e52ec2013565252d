# Packages on this device: staged files named VERSION-SHA256, releases unpacked beside the running one.

staged_file() { FILE=$STAGED/$1-$2; }

# hash_of FILE: into HASH, empty when it cannot be read.
hash_of() {
  HASH=$(sha256sum 2>/dev/null <"$1") || HASH=''
  HASH=${HASH%% *}
}

# check_package VERSION SIZE SHA256: fails with WHY. SIZE may be empty: the hash alone says as much.
check_package() {
  staged_file "$1" "$3"
  WHY=packageMissing
  [ -f "$FILE" ] || return 1
  WHY=packageDamaged
  size_of "$FILE"
  hash_of "$FILE"
  if [ "$HASH" != "$3" ] || [ "$SIZE" != "${2:-$SIZE}" ]; then
    forget "$FILE"
    return 1
  fi
}

# check_vouched VERSION SHA256 [MANIFEST]: fails with WHY.
check_vouched() {
  staged_file "$1" "$2"
  WHY=signatureInvalid
  is_vouched "$FILE" "$1" "$2" "${3-}"
}

# With --signed true what was signed comes on standard input; found good, it is kept beside the package.
verb_verify() {
  flags='version size sha256'
  F_signed=''
  case " $* " in *' --signed '*) flags="$flags signed" ;; esac
  read_flags "$flags" "$@"
  offered=''
  if [ "$F_signed" = true ]; then
    offered=$STATE/offered.$$
    read_offered "$offered" && can_check_signatures || refuse_offered signatureInvalid
  fi
  check_package "$F_version" "$F_size" "$F_sha256" || refuse_offered "$WHY"
  check_vouched "$F_version" "$F_sha256" "${offered:+$offered.manifest}" || refuse_offered "$WHY"
  [ -z "$offered" ] || keep_offered "$offered" "$FILE" || refuse_offered internalError
  finish_done '{"verified":true}'
}

refuse_offered() {
  [ -z "$offered" ] || drop_offered "$offered"
  refuse "$1"
}

# A release's folder tells its content too, so the same version packed twice is two releases.
release_name() { NAME=$1-$(printf '%.12s' "$2"); }
release_version() { VERSION=${1%%-*}; }

# current_release: what the link names, into CURRENT.
current_release() {
  CURRENT=$(readlink "$ROOT/current" 2>/dev/null) || CURRENT=''
  CURRENT=${CURRENT##*/}
}

previous_release() {
  read_line "$STATE/previous" || LINE=''
  PREVIOUS=$LINE
  [ -z "$PREVIOUS" ] || [ -d "$RELEASES/$PREVIOUS" ] || PREVIOUS=''
}

# point_to RELEASE: moving a link into the folder that holds its namesake is one rename(2), with every mv there is
# (mv -T is not everywhere, and ln -sf removes before it makes).
point_to() {
  rm -rf "$STATE/link"
  mkdir "$STATE/link" && ln -s "releases/$1" "$STATE/link/current" && mv -f "$STATE/link/current" "$ROOT/" || return 1
  flush "$ROOT"
}

# format_of FILE: tar, gzip or plain, by its first bytes, into FORMAT.
format_of() {
  FORMAT=plain
  case $(od -An -tx1 -N2 "$1" | tr -d ' \n') in 1f8b) FORMAT=gzip ;; esac
  case $(od -An -tx1 -j257 -N5 "$1" 2>/dev/null | tr -d ' \n') in 7573746172) FORMAT=tar ;; esac
}

# is_safe_archive OPTIONS FILE: no absolute names, no .., only files, folders and links, nothing below a link.
is_safe_archive() {
  lists=$STATE/unpack
  rm -rf "$lists"
  mkdir "$lists" || return 1
  tar "-t$1" "$2" >"$lists/names" 2>"$lists/said" && tar "-tv$1" "$2" >"$lists/long" 2>/dev/null || return 1
  # BusyBox lists such names already without their leading / or ../, and only says so
  ! grep -q 'emoving leading' "$lists/said" || return 1
  awk '
    NR == FNR { name[NR] = $0; total = NR; next }
    { kind[++lines] = substr($0, 1, 1); if ($0 ~ / link to (\/|.*\.\.)/) bad = 1 }
    END {
      if (bad || total == 0 || lines != total) exit 1
      for (i = 1; i <= total; i++) {
        n = name[i]; sub(/\/+$/, "", n); while (sub(/^\.\//, "", n)); gsub(/\/+/, "/", n)
        if (n ~ /^\// || ("/" n "/") ~ /\/\.\.\//) exit 1
        if (kind[i] !~ /[-dlh]/) exit 1
        if (kind[i] == "l") link[n] = 1
        clean[i] = n
      }
      for (i = 1; i <= total; i++) {
        parts = split(clean[i], part, "/"); path = ""
        for (j = 1; j < parts; j++) { path = path (j > 1 ? "/" : "") part[j]; if (path in link) exit 1 }
      }
    }' "$lists/names" "$lists/long"
}

# unpack FILE FOLDER: fails with DETAIL.
unpack() {
  format_of "$1"
  case $FORMAT in
    plain)
      DETAIL='the package cannot be copied'
      cp "$1" "$2/package"
      return
      ;;
    gzip) options=zf ;;
    tar) options=f ;;
  esac
  DETAIL='the archive is broken, or has members that lead outside'
  is_safe_archive $options "$1" || return 1
  DETAIL='the archive cannot be unpacked'
  tar "-xo$options" "$1" -C "$2" 2>&1
}

# prepare_release VERSION SHA256: RELEASES/NAME is there, whole and on disk; fails with WHY and DETAIL.
prepare_release() {
  DETAIL='the signature of the package'
  check_vouched "$1" "$2" || return 1
  release_name "$1" "$2"
  [ ! -d "$RELEASES/$NAME" ] || return 0
  DETAIL='the staged package'
  check_package "$1" '' "$2" || return 1
  WHY=installFailed
  fresh=$RELEASES/.$NAME.new
  remove_tree "$fresh"
  DETAIL='no folder can be made'
  mkdir "$fresh" && unpack "$FILE" "$fresh" || {
    remove_tree "$fresh"
    return 1
  }
  sync -f "$fresh" 2>/dev/null || sync
  mv "$fresh" "$RELEASES/$NAME" || return 1
  flush "$RELEASES"
}

# remove_tree FOLDER: also one whose own folders are read-only.
remove_tree() {
  [ -e "$1" ] || return 0
  rm -rf "$1" 2>/dev/null || { chmod -R u+rwX "$1" && rm -rf "$1"; }
}
