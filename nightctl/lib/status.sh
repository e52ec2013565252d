# describe and status. What is not known is null.

truth() { if "$@"; then J=true; else J=false; fi; }

describe_json() {
  FIELDS=''
  truth can_http
  http=$J
  truth can_sftp
  sftp=$J
  truth can_make_keys
  own_key=$J
  truth can_check_signatures
  capabilities="{\"rollback\":$C_ROLLBACK,\"signature\":$J,\"detachedDownload\":true,\"http\":$http,\"sftp\":$sftp,\"autoUpdate\":true,\"ownKey\":$own_key}"
  field contract count 1
  field agent text "$AGENT"
  field kinds raw "[\"$C_KIND\"]"
  field capabilities raw "$capabilities"
  object
}

# staged_json: at most a hundred packages.
staged_json() {
  list=''
  total=0
  for file in "$STAGED"/*; do
    name=${file##*/}
    case $name in *.part | *.new.* | '*') continue ;; esac
    [ ${#name} -eq 73 ] && [ $total -lt 100 ] || continue
    total=$((total + 1))
    size_of "$file"
    list="$list,{\"version\":\"${name%%-*}\",\"sha256\":\"${name#*-}\",\"size\":$SIZE}"
  done
  J="[${list#,}]"
}

flags_json() {
  list=''
  set -f
  before=$IFS
  IFS=', '
  for flag in $1; do
    json_text "$flag" 40
    list="$list,$J"
  done
  IFS=$before
  set +f
  J="[${list#,}]"
}

fiscal_json() {
  field length count "$S_fiscal_ofd_length"
  field firstNumber count "$S_fiscal_ofd_first_number"
  field firstAt time "$S_fiscal_ofd_first_at"
  object_or_null
  queue=$J
  field number count "$S_fiscal_closing_number"
  field at time "$S_fiscal_closing_at"
  object_or_null
  closing=$J
  case "$S_fiscal_device_number$S_fiscal_fn_number$S_fiscal_flags$S_fiscal_valid_until$S_fiscal_ffd$queue$closing" in
    nullnull) J=null && return ;;
  esac
  flags_json "$S_fiscal_flags"
  flags=$J
  field deviceNumber text "$S_fiscal_device_number"
  field fnNumber text "$S_fiscal_fn_number"
  field flags raw "$flags"
  field validUntil time "$S_fiscal_valid_until"
  field ffd text "$S_fiscal_ffd"
  field ofdQueue raw "$queue"
  field lastClosing raw "$closing"
  object
}

# The parts that are objects of their own, into P_*.
till_parts() {
  FIELDS=''
  field open bool "$S_shift_open"
  field number count "$S_shift_number"
  field openedAt time "$S_shift_opened_at"
  object_or_null
  P_shift=$J
  P_cashier=null
  case $S_cashier_kind in
    none | person | selfCheckout)
      field kind text "$S_cashier_kind"
      field name text "$S_cashier_name"
      object
      P_cashier=$J
      ;;
  esac
  field number count "$S_last_receipt_number"
  field at time "$S_last_receipt_at"
  object_or_null
  P_receipt=$J
  case $S_printer in ready | notReady) ;; *) S_printer='' ;; esac
  field lagSeconds count "$S_replication_lag_seconds"
  field unsent count "$S_replication_unsent"
  object_or_null
  P_replication=$J
  fiscal_json
  P_fiscal=$J
}

own_parts() {
  P_armed=null
  auto_update
  if is_armed; then
    armed_json
    P_armed=$J
  elif [ -e "$STATE/armed" ] && [ -n "$A_former" ]; then
    AUTO=$A_former
  fi
  staged_json
  P_staged=$J
  download_json
  P_download=$J
  P_disk=null
  free_kb
  [ -z "$FREE" ] || P_disk="{\"freeBytes\":$((FREE * 1024))}"
  previous_release
  [ "$C_ROLLBACK" = true ] || PREVIOUS=''
  release_version "$PREVIOUS"
  truth is_blocked
  P_blocked=$J
  GENERATION=0
  read_line "$STATE/generation" && is_count "$LINE" && GENERATION=$LINE
}

status_json() {
  read_till
  running_version
  health
  till_parts
  own_parts
  FIELDS=''
  field cashId text "$CASH_ID"
  field version text "$RUNNING"
  field previousVersion text "$VERSION"
  field bootId text "$BOOT"
  field activity text "$S_activity"
  field health text "$HEALTH"
  field blocked bool "$P_blocked"
  field autoUpdate bool "$AUTO"
  field generation count "$GENERATION"
  field armed raw "$P_armed"
  field staged raw "$P_staged"
  field download raw "$P_download"
  field shift raw "$P_shift"
  field sum int "$S_sum"
  field drawer int "$S_drawer"
  field cashier raw "$P_cashier"
  field lastReceipt raw "$P_receipt"
  field printer text "$S_printer"
  field replication raw "$P_replication"
  field disk raw "$P_disk"
  field clock time "$(iso_now)"
  field fiscal raw "$P_fiscal"
  object
}
