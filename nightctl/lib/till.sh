# What concerns the till's own software: its shift, its screen, its block; and clearing up.

# A shift that is closed already is done. Without a hook, or when the hook cannot, it stays open: shiftOpen.
# The hook may say why in one word, ending with 77: receiptOpen or cashInDrawer.
verb_close_shift() {
  read_flags "$COMMON" "$@"
  begin close-shift
  read_till
  [ "$S_shift_open" != false ] || accomplish '{}'
  case $S_activity in receipt | payment) refuse receiptOpen ;; esac
  [ -n "$C_CLOSE_SHIFT_HOOK" ] || refuse shiftOpen
  said=$(run_hook "$C_CLOSE_SHIFT_HOOK" </dev/null 2>/dev/null) && accomplish '{}'
  case $said in receiptOpen | cashInDrawer) refuse "$said" ;; esac
  refuse shiftOpen
}

# The text is data: it goes to the hook's standard input, or into STATE/message, and is looked at by nobody here.
verb_message() {
  read_flags "$COMMON" "$@"
  text=$(limited 10 head -c 4000) || text=''
  begin message
  if [ -n "$C_MESSAGE_HOOK" ]; then
    printf '%s\n' "$text" | run_hook "$C_MESSAGE_HOOK" >/dev/null 2>&1 || refuse internalError
  else
    put "$STATE/message" "$text" || refuse diskFull
  fi
  accomplish '{}'
}

verb_block() {
  read_flags "on $COMMON" "$@"
  begin block
  [ -z "$C_BLOCK_HOOK" ] || run_hook "$C_BLOCK_HOOK" "$F_on" </dev/null >/dev/null 2>&1 || refuse internalError
  put "$STATE/blocked" "$F_on" || refuse diskFull
  accomplish '{}'
}

# clean_folder FOLDER KEPT…: keeps the newest --keep, and those named KEPT whatever their age.
clean_folder() {
  folder=$1
  shift
  kept=" $* "
  left=$F_keep
  # names are ours: digits, letters, - and .
  for name in $(ls -t "$folder"); do
    case $name in *[!A-Za-z0-9._-]* | *.manifest | *.manifest.sig) continue ;; esac
    case $kept in *" $name "*) continue ;; esac
    if [ "$left" -gt 0 ]; then left=$((left - 1)); else remove_tree "$folder/$name"; fi
  done
}

# The current and the previous release, the armed package and the one being fetched always stay.
verb_clean() {
  read_flags "keep $COMMON" "$@"
  begin clean
  current_release
  previous_release
  clean_folder "$RELEASES" "$CURRENT" "$PREVIOUS"
  A_version='' A_sha256=''
  is_armed || :
  wanted=''
  if read_request && [ -z "$D_stopped" ]; then wanted=$D_version-$D_sha256.part; fi
  clean_folder "$STAGED" "$A_version-$A_sha256" "$wanted"
  drop_lone_manifests
  accomplish '{}'
}
