# What was cut off is finished or undone: by the next call, by the detached worker, or at boot by `nightctl recover`.

# advance: from whatever phase the journal is in, to its end.
advance() {
  read_journal || return 0
  wait_for_hook
  case $J_phase in
    accepted) install_new ;;
    switching) resume_switch ;;
    restarted) confirm_new ;;
    confirmed) finish_confirmed ;;
    reverting) go_back ;;
    reverted) finish_reverted ;;
    *) turn_back installFailed 'the journal cannot be read' ;;
  esac
}

# The link may have been moved or not, the service restarted or not. A till that came into use is never interrupted.
resume_switch() {
  current_release
  if [ "$CURRENT" != "$J_new" ]; then
    install_new
    return
  fi
  running_version
  release_version "$J_old"
  before=$VERSION
  release_version "$J_new"
  if [ "$J_boot" != "$BOOT" ] || { [ "$RUNNING" = "$VERSION" ] && [ "$VERSION" != "$before" ]; }; then
    enter restarted
    confirm_new
  elif [ -z "$RUNNING" ] || may_switch; then
    start_new
  elif [ -n "$J_old" ]; then
    point_to "$J_old" || exit 1
    stay "$WHY" "$DETAIL"
  else
    turn_back "$WHY" "$DETAIL"
  fi
}

# Several may have been woken; those that come late find no journal and leave without touching the lock.
work_install() {
  tries_left=200
  while [ -e "$STATE/journal" ] && ! try_lock lock; do
    tries_left=$((tries_left - 1))
    [ $tries_left -gt 0 ] || exit 0
    nap
  done
  [ -z "$LOCKED" ] || advance
  release_lock
  exit 0
}

sweep() {
  rm -f "$STATE"/*.new.* "$STATE"/*.mine.* "$STATE"/break.* "$STATE"/operations/*.new.*
  for left in "$RELEASES"/.*.new; do remove_tree "$left"; done
}

# recover: for the boot hook, after the service was started. Also takes up the transfer that the reboot cut off.
recover() {
  wait_lock lock 30 || exit 0
  advance
  sweep
  end_expired_arming
  if read_request && [ -z "$D_stopped" ] && ! owner_of "$STATE/download.lock"; then
    staged_file "$D_version" "$D_sha256"
    E_operation=''
    read_state "$STATE/download.end" E
    [ -f "$FILE" ] || [ "$E_operation" = "$D_operation" ] || start_worker
  fi
  release_lock
  exit 0
}
