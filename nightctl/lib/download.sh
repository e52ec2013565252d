# download start, status, stop. STATE/download is the request, STATE/download.end why its worker gave up,
# STATE/download.lock the worker itself; how much was received is the size of the .part.

read_request() {
  D_operation='' D_generation=0 D_version='' D_size='' D_sha256='' D_source='' D_stopped=''
  read_state "$STATE/download" D
}

write_request() {
  put "$STATE/download" "operation=$D_operation
generation=$D_generation
version=$D_version
size=$D_size
sha256=$D_sha256
source=$D_source
stopped=$D_stopped"
}

# download_object STATE RECEIVED SIZE VERSION SHA256 REASON
download_object() {
  FIELDS=''
  field state text "$1"
  field received count "$2"
  field size count "$3"
  field version text "$4"
  field sha256 text "$5"
  field reason text "$6"
  object
}

# download_json: of the last request. The worker is looked at first: when it is gone, what it left is final.
download_json() {
  read_request || {
    download_object none 0 '' '' '' ''
    return
  }
  alive=''
  ! owner_of "$STATE/download.lock" || alive=1
  staged_file "$D_version" "$D_sha256"
  if [ -f "$FILE" ]; then
    download_object 'done' "$D_size" "$D_size" "$D_version" "$D_sha256" ''
    return
  fi
  size_of "$FILE.part"
  why=''
  state=running
  if [ -n "$D_stopped" ]; then
    state=none
  elif [ -z "$alive" ]; then
    state=failed
    E_operation='' E_reason=''
    read_state "$STATE/download.end" E
    why=transferFailed
    [ "$E_operation" != "$D_operation" ] || why=$E_reason
  fi
  download_object $state "$SIZE" "$D_size" "$D_version" "$D_sha256" "$why"
}

# package_json SHA256: the download of this package; one that is not the last request is there or it is not.
package_json() {
  if read_request && [ "$D_sha256" = "$1" ]; then
    download_json
    return
  fi
  for file in "$STAGED"/*-"$1"; do
    [ -f "$file" ] || continue
    name=${file##*/}
    size_of "$file"
    download_object 'done' "$SIZE" "$SIZE" "${name%%-*}" "$1" ''
    return
  done
  download_object none 0 '' '' "$1" ''
}

download_status() {
  read_flags sha256 "$@"
  package_json "$F_sha256"
  finish_done "{\"download\":$J}"
}

# kill_owner FILE: the process whose token it holds, with its group, and waits until it is gone.
kill_owner() {
  owner_of "$1" || return 0
  victim=$OWNER
  kill -KILL "-${victim%%-*}" 2>/dev/null || kill -KILL "${victim%%-*}" 2>/dev/null
  waits=0
  while is_alive "$victim" && [ $waits -lt 50 ]; do
    waits=$((waits + 1))
    nap
  done
}

stop_worker() {
  kill_owner "$STATE/download.lock"
  kill_owner "$STATE/download.transfer"
}

# start_worker: returns once it has the request in hand, so that nobody takes a starting one for a dead one.
start_worker() {
  detach --download
  waits=0
  while [ $waits -lt 100 ]; do
    waits=$((waits + 1))
    ! owner_of "$STATE/download.lock" || return 0
    [ ! -f "$FILE" ] && [ ! -e "$STATE/download.end" ] || return 0
    nap
  done
}

# is_wanted_running: this very transfer is under way already.
is_wanted_running() {
  read_request && [ -z "$D_stopped" ] || return 1
  [ "$D_version $D_sha256 $D_source" = "$F_version $F_sha256 $F_source" ] && owner_of "$STATE/download.lock"
}

request_from_flags() {
  D_operation=$F_operation D_generation=$F_generation D_version=$F_version D_size=$F_size
  D_sha256=$F_sha256 D_source=$F_source D_stopped=''
  write_request || refuse diskFull
}

download_start() {
  read_flags "source version size sha256 $COMMON" "$@"
  begin 'download start'
  staged_file "$F_version" "$F_sha256"
  if ! is_wanted_running; then
    stop_worker
    if [ -f "$FILE" ]; then
      request_from_flags
    else
      size_of "$FILE.part"
      has_room $((F_size > SIZE ? F_size - SIZE : 0)) || refuse diskFull
      rm -f "$STATE/download.end"
      request_from_flags
      start_worker
    fi
  fi
  download_json
  accomplish "{\"download\":$J}"
}

download_stop() {
  read_flags "$COMMON" "$@"
  begin 'download stop'
  stop_worker
  if read_request && [ -z "$D_stopped" ]; then
    D_stopped=1
    write_request || refuse diskFull
  fi
  download_json
  accomplish "{\"download\":$J}"
}
