# Moving bytes from the store server: curl, else wget, or sftp with the device's own key. What was received is judged
# by its hash at the end, never by how a transfer ended.

has_command() { command -v "$1" >/dev/null 2>&1; }

can_http() { has_command curl || has_command wget; }
# What is configured counts as there; what `key` made has to be.
can_sftp() { has_command sftp && { [ -n "$C_SFTP_KEY" ] || [ -s "$KEY_FILE" ]; } && { [ -n "$C_SFTP_KNOWN_HOSTS" ] || [ -s "$KNOWN_HOSTS" ]; }; }

# watch_stall PID PART: ends a transfer that has not grown for STALL_SECONDS. Told to end, it takes its sleep along:
# what was started last, unless that is over already, or is the transfer, whose $! is inherited.
watch_stall() {
  over=$1
  trap '[ $! = $over ] || { kill -KILL $!; wait $!; } 2>/dev/null; exit 0' TERM
  last=-1
  still=0
  while kill -0 "$1" 2>/dev/null; do
    size_of "$2"
    if [ "$SIZE" = $last ]; then still=$((still + 5)); else still=0; fi
    last=$SIZE
    [ $still -lt "$C_STALL_SECONDS" ] || kill -KILL "$1" 2>/dev/null
    sleep 5 &
    wait $!
    over=$!
  done
}

# run_transfer PART COMMAND…: no proxy, no more bytes than the package has (and a mebibyte), no stall.
run_transfer() {
  part=$1
  shift
  (
    unset http_proxy HTTP_PROXY https_proxy HTTPS_PROXY all_proxy ALL_PROXY
    ulimit -f $((D_size / 512 + 2048)) 2>/dev/null
    exec "$@"
  ) </dev/null &
  transfer=$!
  start_of $transfer && printf '%s\n' "$transfer-$START-$BOOT" >"$STATE/download.transfer"
  watch_stall $transfer "$part" &
  watcher=$!
  wait $transfer
  code=$?
  kill $watcher 2>/dev/null
  wait $watcher 2>/dev/null
  return $code
}

# fetch PART: one try to complete it, from where it stands. Runs in STAGED; PART is a name of our own.
fetch() {
  case $SRC_PROTOCOL in
    http) fetch_http "$1" "http://$SRC_HOST:$SRC_PORT$SRC_PATH" ;;
    sftp) fetch_sftp "$1" ;;
  esac
}

fetch_http() {
  if has_command curl; then
    run_transfer "$1" curl -q -fsS -C - -o "$1" --connect-timeout 10 --max-redirs 0 "$2"
    code=$?
    # 33: the server cannot go on from an offset
    [ $code -ne 33 ] || rm -f "$1"
    return $code
  fi
  run_transfer "$1" wget -q -c -O "$1" "$2"
}

fetch_sftp() {
  can_sftp || return 1
  how=get
  [ ! -s "$1" ] || how=reget
  printf '%s %s %s\n' $how "$SRC_PATH" "$1" >"$STATE/download.batch"
  run_transfer "$1" sftp -o LogLevel=ERROR -F /dev/null -b "$STATE/download.batch" -P "$SRC_PORT" -i "$KEY_FILE" \
    -o BatchMode=yes -o IdentitiesOnly=yes -o StrictHostKeyChecking=yes -o "UserKnownHostsFile=\"$KNOWN_HOSTS\"" \
    -o GlobalKnownHostsFile=/dev/null -o ConnectTimeout=10 -o ServerAliveInterval=15 -o ServerAliveCountMax=3 \
    "$SRC_USER@$SRC_HOST" 2>"$STATE/download.said"
  code=$?
  cat "$STATE/download.said" >&2
  # asking again would not help, and newer servers lock out who fails to sign in
  ! grep -qE 'verification failed|Permission denied' "$STATE/download.said" || hopeless=1
  return $code
}

# end_download REASON
end_download() {
  put "$STATE/download.end" "operation=$D_operation
reason=$1"
  release_lock
  exit 0
}

# keep_package PART: whole and right into its name, on disk.
keep_package() {
  hash_of "$1"
  [ "$HASH" = "$D_sha256" ] || return 1
  flush "$1"
  mv -f "$1" "$D_version-$D_sha256" || return 1
  flush "$STAGED"
  note "staged $D_version operation=$D_operation generation=$D_generation"
}

# work_download: the detached transfer. Gives up after five tries in a row that brought nothing, a wrong content twice,
# or a server that is not the pinned one or does not let us in.
work_download() {
  try_lock download.lock || exit 0
  read_request && [ -z "$D_stopped" ] || end_download transferFailed
  cd "$STAGED" || end_download internalError
  check_source "$D_source"
  part=$D_version-$D_sha256.part
  wrong=0
  idle=0
  hopeless=''
  turns=0
  while [ $turns -lt 1000 ]; do
    turns=$((turns + 1))
    size_of "$part"
    had=$SIZE
    [ "$had" -ge "$D_size" ] || fetch "$part"
    size_of "$part"
    if [ "$SIZE" -ge "$D_size" ]; then
      if [ "$SIZE" -eq "$D_size" ] && keep_package "$part"; then break; fi
      rm -f "$part"
      wrong=$((wrong + 1))
      [ $wrong -lt 2 ] || end_download packageDamaged
      continue
    fi
    has_room $((D_size - SIZE)) || end_download diskFull
    if [ "$SIZE" -gt "$had" ]; then idle=0; else idle=$((idle + 1)); fi
    [ $idle -lt 5 ] && [ -z "$hopeless" ] || end_download transferFailed
    sleep $((idle + 1))
  done
  release_lock
  exit 0
}
