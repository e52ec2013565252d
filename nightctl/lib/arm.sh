# Arming: the next restart installs, for a time that this device enforces itself.

auto_update() {
  read_line "$STATE/autoupdate" || LINE=false
  AUTO=$LINE
}

read_armed() {
  A_version='' A_sha256='' A_until=0 A_made=0 A_boot='' A_up=0 A_lasts=0 A_operation='' A_former=''
  read_state "$STATE/armed" A && is_count "$A_until" && is_count "$A_made" && is_count "$A_up" && is_count "$A_lasts"
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
  check_package "$F_version" '' "$F_sha256" || refuse "$WHY"
  has_unpack_room "$FILE" || refuse diskFull
  auto_update
  if read_armed; then AUTO=$A_former; fi
  put "$STATE/armed" "version=$F_version
sha256=$F_sha256
until=$((moment + F_expires_in))
made=$moment
boot=$BOOT
up=$UP
lasts=$F_expires_in
operation=$F_operation
former=$AUTO" || refuse diskFull
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
