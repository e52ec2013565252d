# Signatures: what was signed of a package (docs/packages.md) lies beside it, and is judged by this device's own
# ssh-keygen against its own list of signers, and by the till's own hook where it has one.

# A manifest is one line of exactly this form, so its members can be taken out without reading JSON.
MANIFEST_FORM='^\{"canGoBack":(true|false|null),"expires":(null|"[0-9TZ:-]{20}"),"ffd":\[("[0-9.]+"(,"[0-9.]+")*)?\],'\
'"fileName":"[A-Za-z0-9._+-]+","firmware":(true|false),"format":"nightshift-package-1","kind":"[A-Za-z]+",'\
'"minVersion":(null|"[0-9]{8}"),"needsServer":(true|false),"sha256":"[0-9a-f]{64}","signedAt":"[0-9TZ:-]{20}",'\
'"size":[1-9][0-9]*,"updatesTills":(true|false),"version":"[0-9]{8}"\}$'
SIGNATURE_BYTES=16384

# can_judge: whether there is an ssh-keygen that finds signers (OpenSSH 8.2 or later), and a list of them.
can_judge() {
  [ -n "$C_SIGNERS" ] && [ -r "$C_SIGNERS" ] || return 1
  case $(limited 10 ssh-keygen -Y find-principals </dev/null 2>&1) in *find-principals*) ;; *) return 1 ;; esac
}

can_check_signatures() { [ -n "$C_SIGNATURE_HOOK" ] || can_judge; }

# read_offered FILE: {"manifest":"…","signature":"…"} from standard input into FILE.manifest and FILE.manifest.sig.
read_offered() {
  limited 10 head -c $((SIGNATURE_BYTES + 1)) | awk -v limit=$SIGNATURE_BYTES '
    function plain(s, out, i, c) {
      for (i = 1; i <= length(s); i++) {
        c = substr(s, i, 1)
        if (c == "\\") { i++; c = substr(s, i, 1); if (c == "n") c = "\n" }
        out = out c
      }
      return out
    }
    NR == 1 { line = $0 }
    NR > 1 && $0 != "" { line = "" }
    END {
      if (length(line) > limit) exit 1
      if (line !~ /^\{"manifest":"([^"\\]|\\["\\n])*","signature":"([^"\\]|\\["\\n])*"\}$/) exit 1
      between = "\",\"signature\":\""
      at = index(line, between)
      printf "%s%s", plain(substr(line, 14, at - 14)), plain(substr(line, at + length(between), length(line) - at - length(between) - 1))
    }' >"$1.both" && head -n 1 "$1.both" >"$1.manifest" && tail -n +2 "$1.both" >"$1.manifest.sig"
  read_status=$?
  rm -f "$1.both"
  return $read_status
}

# member NAME FILE: of a manifest, into MEMBER.
member() { MEMBER=$(sed -n 's/.*[{,]"'"$1"'":"\{0,1\}\([^",}]*\).*/\1/p' "$2"); }

# is_for_us KIND: a self-checkout is a till without a cashier.
is_for_us() { [ "$1" = "$C_KIND" ] || { [ "$1" = till ] && [ "$C_KIND" = selfCheckout ]; }; }

digits() { printf '%s' "$1" | tr -dc 0-9; }

# own_version: of the running process, or of the release the link names, into RUNNING; empty is unknown.
own_version() {
  running_version
  is_version "$RUNNING" && return 0
  current_release
  release_version "$CURRENT"
  RUNNING=''
  ! is_version "$VERSION" || RUNNING=$VERSION
}

is_version() {
  case $1 in *[!0-9]*) return 1 ;; esac
  [ ${#1} -eq 8 ]
}

# says_this MANIFEST FILE VERSION SHA256: the manifest is of this package, for this device, and has not expired.
says_this() {
  size_of "$1"
  [ "$SIZE" -gt 0 ] && [ "$SIZE" -le 4096 ] && [ "$(wc -l <"$1")" -eq 1 ] && grep -Eq "$MANIFEST_FORM" "$1" || return 1
  member version "$1" && [ "$MEMBER" = "$3" ] || return 1
  member sha256 "$1" && [ "$MEMBER" = "$4" ] || return 1
  size_of "$2"
  member size "$1" && [ "$MEMBER" = "$SIZE" ] || return 1
  member kind "$1" && is_for_us "$MEMBER" || return 1
  member expires "$1"
  [ "$MEMBER" = null ] || [ "$(digits "$MEMBER")" -gt "$(digits "$(iso_now)")" ] || return 1
  member minVersion "$1"
  [ "$MEMBER" != null ] || return 0
  least=$MEMBER
  own_version
  [ -n "$RUNNING" ] && [ "$RUNNING" -ge "$least" ]
}

# is_signed MANIFEST: by one of the list, as it is now. ssh-keygen is the judge.
is_signed() {
  can_judge || return 1
  names=$(limited 30 ssh-keygen -Y find-principals -s "$1.sig" -f "$C_SIGNERS" </dev/null 2>/dev/null) || return 1
  while IFS= read -r name; do
    case $name in '' | -* | '!'*) continue ;; esac
    limited 30 ssh-keygen -Y verify -f "$C_SIGNERS" -I "$name" -n nightshift-package -s "$1.sig" \
      <"$1" >/dev/null 2>&1 && return 0
  done <<NAMES
$names
NAMES
  return 1
}

# is_vouched FILE VERSION SHA256 [MANIFEST]: somebody vouches for the staged package, as far as this device asks for it.
is_vouched() {
  manifest=${4:-$1.manifest}
  [ -r "$manifest" ] && [ -r "$manifest.sig" ] || manifest=''
  if [ -n "$manifest" ]; then
    says_this "$manifest" "$1" "$2" "$3" || return 1
  fi
  if [ -n "$C_SIGNERS" ]; then
    [ -n "$manifest" ] && is_signed "$manifest" || return 1
  fi
  [ -n "$C_SIGNATURE_HOOK" ] || return 0
  if [ -n "$manifest" ]; then set -- "$1" "$2" "$manifest" "$manifest.sig"; else set -- "$1" "$2"; fi
  run_hook "$C_SIGNATURE_HOOK" "$@" </dev/null >/dev/null 2>&1
}

# keep_offered OFFERED FILE: the signature first; a manifest without its own is not believed.
keep_offered() {
  flush "$1.manifest"
  flush "$1.manifest.sig"
  mv -f "$1.manifest.sig" "$2.manifest.sig" && mv -f "$1.manifest" "$2.manifest" || return 1
  flush "$STAGED"
}

drop_offered() { rm -f "$1.manifest" "$1.manifest.sig"; }

# drop_lone_manifests: those whose package is gone.
drop_lone_manifests() {
  for file in "$STAGED"/*.manifest; do
    [ -e "${file%.manifest}" ] || rm -f "$file" "$file.sig"
  done
}
