# restart and rollback. STATE/journal says how far it is; every step can be done over, so that a process or the power
# may end at any instant. Phases: accepted, switching, restarted, confirmed | reverting, reverted.

read_journal() {
  J_operation='' J_verb='' J_generation=0 J_version='' J_sha256='' J_old='' J_new='' J_phase='' J_boot=''
  J_reason='' J_detail=''
  read_state "$STATE/journal" J
}

write_journal() {
  put "$STATE/journal" "operation=$J_operation
verb=$J_verb
generation=$J_generation
version=$J_version
sha256=$J_sha256
old=$J_old
new=$J_new
boot=$J_boot
reason=$J_reason
detail=$J_detail
phase=$J_phase"
}

# enter PHASE: on disk before anything of it is done. A disk that cannot take it ends the work; it is taken up again.
enter() {
  J_phase=$1
  write_journal || exit 1
  crash_here "$1"
}

# accept VERB NEW SHA256: journals the work, answers, and leaves it to a process of its own.
accept() {
  current_release
  J_operation=$F_operation J_verb=$1 J_generation=$F_generation J_version=$F_version J_sha256=$3
  J_old=$CURRENT J_new=$2 J_boot=$BOOT J_reason='' J_detail='' J_phase=accepted
  write_journal || refuse diskFull
  crash_here accepted
  release_lock
  detach --install
  operation_json "$F_operation"
  finish_done "{\"operation\":$J}"
}

verb_restart() {
  read_flags "version $COMMON" "$@"
  begin restart
  is_armed && [ "$A_version" = "$F_version" ] || refuse armingExpired
  ! is_blocked || refuse tillBlocked
  ! in_use || refuse "$WHY"
  release_name "$A_version" "$A_sha256"
  accept restart "$NAME" "$A_sha256"
}

# A version that cannot say what it does may be left; an open receipt may not.
verb_rollback() {
  read_flags "version $COMMON" "$@"
  begin rollback
  current_release
  release_version "$CURRENT"
  if [ "$VERSION" != "$F_version" ]; then
    write_operation "$F_operation" rollback "$F_generation" done '' 'it is not on that version' '' || refuse diskFull
    operation_json "$F_operation"
    finish_done "{\"operation\":$J}"
  fi
  [ "$C_ROLLBACK" = true ] || refuse rollbackUnsupported
  previous_release
  [ -n "$PREVIOUS" ] || refuse rollbackUnsupported
  if in_use && [ "$WHY" = receiptOpen ]; then refuse receiptOpen; fi
  accept rollback "$PREVIOUS" ''
}

# may_switch: everything that allowed the restart still holds, right before the link is moved.
may_switch() {
  if [ "$J_verb" = rollback ]; then
    DETAIL='a receipt was opened meanwhile'
    ! { in_use && [ "$WHY" = receiptOpen ]; }
    return
  fi
  WHY=armingExpired
  DETAIL='the arming ran out before the switch'
  is_armed && [ "$A_version-$A_sha256" = "$J_version-$J_sha256" ] || return 1
  DETAIL='the till came into use before the switch'
  ! in_use
}

prepare() {
  if [ "$J_verb" = rollback ]; then
    WHY=rollbackFailed
    DETAIL='the release before is gone'
    [ -d "$RELEASES/$J_new" ]
    return
  fi
  prepare_release "$J_version" "$J_sha256"
}

install_new() {
  prepare || {
    stay "$WHY" "$DETAIL"
    return
  }
  crash_here unpacked
  may_switch || {
    stay "$WHY" "$DETAIL"
    return
  }
  enter switching
  point_to "$J_new" || {
    turn_back installFailed 'the link cannot be moved'
    return
  }
  crash_here switched
  start_new
}

start_new() {
  release_version "$J_new"
  restart_service "$VERSION" || {
    turn_back installFailed "the restart hook ended with $code"
    return
  }
  crash_here restarting
  enter restarted
  confirm_new
}

confirm_new() {
  release_version "$J_new"
  if wait_healthy "$VERSION"; then
    enter confirmed
    finish_confirmed
  else
    turn_back healthFailed "$DETAIL"
  fi
}

# restart_service VERSION: the hook's token is kept, so that one that outlives us is waited for, not doubled.
restart_service() {
  code=127
  [ -n "$C_RESTART_HOOK" ] || return 1
  run_hook "$C_RESTART_HOOK" "$1" </dev/null >>"$LOGS/worker.log" 2>&1 &
  hook=$!
  start_of $hook && printf '%s\n' "$hook-$START-$BOOT" >"$STATE/hook"
  wait $hook
  code=$?
  return $code
}

wait_for_hook() {
  waits=0
  while owner_of "$STATE/hook" && [ $waits -lt $((C_HOOK_SECONDS * 10)) ]; do
    waits=$((waits + 1))
    nap
  done
}

# wait_healthy VERSION: the running process says so, and is healthy, twice in a row; fails with DETAIL. Where it is seen so for
# the first time as the limit passes, the second look is still made: hooks may be slow, and the version is none the worse for it.
wait_healthy() {
  uptime_seconds
  give_up=$((UP + C_HEALTH_SECONDS))
  good=0
  while :; do
    running_version
    health
    if [ "$RUNNING" = "$1" ] && [ "${HEALTH:-healthy}" = healthy ]; then good=$((good + 1)); else good=0; fi
    [ $good -lt 2 ] || return 0
    uptime_seconds
    [ "$UP" -lt $give_up ] || [ $good -gt 0 ] || break
    nap
  done
  DETAIL="after $C_HEALTH_SECONDS s: version ${RUNNING:-unknown}, health ${HEALTH:-unknown}; wanted $1"
  return 1
}

# stay REASON DETAIL: the link was not moved, the old version runs on. A till in use stays armed.
stay() {
  case $1 in receiptOpen | activityUnknown) ;; *) end_arming ;; esac
  note_once "failed $J_version operation=$J_operation generation=$J_generation reason=$1"
  close_journal failed "$1" "$2"
}

turn_back() {
  J_reason=$1
  [ "$J_verb" != rollback ] || J_reason=rollbackFailed
  J_detail=$2
  enter reverting
  go_back
}

# go_back: to where it was before the operation. One that runs the old version already is not restarted again. Where the
# new version may have changed data that the old one cannot read (ROLLBACK=false), it stays, and a person must look.
go_back() {
  current_release
  if [ "$C_ROLLBACK" != true ] && [ "$CURRENT" = "$J_new" ] && [ "$J_old" != "$J_new" ]; then
    stay "$J_reason" "$J_detail; this device does not go back"
    return
  fi
  if [ -z "$J_old" ] || [ "$J_old" = "$J_new" ]; then
    stay "$J_reason" "$J_detail; there is nothing to go back to"
    return
  fi
  restore_old
  enter reverted
  finish_reverted
}

restore_old() {
  release_version "$J_old"
  current_release
  running_version
  if [ "$CURRENT" != "$J_old" ] || [ "$RUNNING" != "$VERSION" ]; then
    point_to "$J_old" || exit 1
    crash_here unswitched
    restart_service "$VERSION"
    crash_here unswitched-restarted
  fi
  reverted_from=$J_detail
  wait_healthy "$VERSION" && return 0
  J_reason=rollbackFailed
  J_detail="$reverted_from; back on $VERSION: $DETAIL"
}

finish_confirmed() {
  release_version "$J_new"
  if [ "$J_verb" = restart ]; then
    note_once "activated $VERSION operation=$J_operation generation=$J_generation"
    crash_here logged
    [ "$J_old" = "$J_new" ] || [ -z "$J_old" ] || put "$STATE/previous" "$J_old" || exit 1
  else
    note_once "rolledBack $VERSION operation=$J_operation generation=$J_generation"
    crash_here logged
    forget "$STATE/previous"
  fi
  end_arming || exit 1
  close_journal done '' ''
}

finish_reverted() {
  release_version "$J_old"
  note_once "reverted ${VERSION:-none} operation=$J_operation generation=$J_generation reason=$J_reason"
  crash_here reverted-logged
  end_arming || exit 1
  close_journal failed "$J_reason" "$J_detail"
}

close_journal() {
  write_operation "$J_operation" "$J_verb" "$J_generation" "$1" "$2" "$3" '' || exit 1
  crash_here recorded
  forget "$STATE/journal"
}
