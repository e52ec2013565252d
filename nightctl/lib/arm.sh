# Arming: the next restart installs, for a time that this device enforces itself.

auto_update() {
  read_line "$STATE/autoupdate" || LINE=false
  AUTO=$LINE
}

read_armed() {
  A_version='' A_sha256='' A_until=0 A_made=0 A_boot='' A_up=0 A_lasts=0 A_operation='' A_former=''
  read_state "$STATE/armed" A && is_count "$A_until" && is_count "$A_made" && is_count "$A_up" && is_count "$A_lasts"
}

# write_armed: A_* in one step.
write_armed() {
  put "$STATE/armed" "version=$A_version
sha256=$A_sha256
until=$A_until
made=$A_made
boot=$A_boot
up=$A_up
lasts=$A_lasts
operation=$A_operation
former=$A_former"
}

# is_armed: reads A_* and says whether it still holds. A wall clock that went back by more than five minutes proves
# nothing any more; within one boot the uptime judges as well.
is_armed() {
  read_armed || return 1
  moment=$(now)
  [ "$moment" -lt "$A_until" ] && [ "$moment" -ge $((A_made - 300)) ] || return 1
  [ "$A_boot" = "$BOOT" ] || return 0
  uptime_seconds
  [ "$UP" -lt $((A_up + A_lasts)) ]
}

armed_json() {
  FIELDS=''
  field version text "$A_version"
  field sha256 text "$A_sha256"
  field until time "$(iso_time "$A_until")"
  field operation text "$A_operation"
  object
}

# end_arming: the switch stands again as it stood before. Done over, it does the same.
end_arming() {
  [ -e "$STATE/armed" ] || return 0
  read_armed
  case $A_former in true | false) put "$STATE/autoupdate" "$A_former" || return 1 ;; esac
  forget "$STATE/armed"
}

end_expired_arming() {
  [ ! -e "$STATE/armed" ] || is_armed || end_arming
}

# is_lower VERSION: below the one that runs. Only a rollback goes down.
is_lower() {
  own_version
  [ -n "$RUNNING" ] && [ "$1" -lt "$RUNNING" ]
}

# has_unpack_room FILE: for UNPACK_FACTOR times the package, unless its release is there already.
has_unpack_room() {
  release_name "$F_version" "$F_sha256"
  [ ! -d "$RELEASES/$NAME" ] || return 0
  size_of "$1"
  has_room $((SIZE * C_UNPACK_FACTOR))
}

verb_arm() {
  read_flags "version sha256 expires-in $COMMON" "$@"
  begin arm
  # From the call on: hashing and looking for room must not make the arming last longer.
  moment=$(now)
  uptime_seconds
  ! is_lower "$F_version" || refuse versionLower
  check_package "$F_version" '' "$F_sha256" || refuse "$WHY"
  check_vouched "$F_version" "$F_sha256" || refuse "$WHY"
  has_unpack_room "$FILE" || refuse diskFull
  auto_update
  if read_armed; then AUTO=$A_former; fi
  A_version=$F_version A_sha256=$F_sha256 A_until=$((moment + F_expires_in)) A_made=$moment A_boot=$BOOT A_up=$UP
  A_lasts=$F_expires_in A_operation=$F_operation A_former=$AUTO
  write_armed || refuse diskFull
  put "$STATE/autoupdate" true || refuse diskFull
  read_armed
  armed_json
  accomplish "{\"armed\":$J,\"formerAutoUpdate\":$AUTO}"
}

verb_disarm() {
  read_flags "$COMMON" "$@"
  begin disarm
  end_arming || refuse diskFull
  auto_update
  accomplish "{\"armed\":null,\"autoUpdate\":$AUTO}"
}

# The standing switch. While armed it stays on, and what it will be put back to is replaced, in one step.
verb_auto_update() {
  read_flags "on $COMMON" "$@"
  begin auto-update
  if read_armed; then
    A_former=$F_on
    write_armed || refuse diskFull
  else
    put "$STATE/autoupdate" "$F_on" || refuse diskFull
  fi
  accomplish "{\"autoUpdate\":$F_on}"
}
