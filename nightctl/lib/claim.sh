# What holds for every mutating verb: identity (flags.sh), one at a time, generations, operations that are done once.

record_file() { RECORD=$STATE/operations/op.$1; }

# read_operation ID: its record into O_*; an operation whose record is not yet there may be in the journal.
read_operation() {
  O_verb='' O_generation=0 O_state=unknown O_reason='' O_detail='' O_data=''
  record_file "$1"
  read_state "$RECORD" O && return 0
  J_operation=''
  read_state "$STATE/journal" J && [ "$J_operation" = "$1" ] || return 1
  O_verb=$J_verb O_generation=$J_generation O_state=running
}

operation_json() {
  read_operation "$1" || :
  FIELDS=''
  field id text "$1"
  json_text "$O_verb"
  FIELDS="$FIELDS,\"verb\":$J"
  field generation count "$O_generation"
  field state text "$O_state"
  field reason text "$O_reason"
  field detail detail "$O_detail"
  object
}

# write_operation ID VERB GENERATION STATE REASON DETAIL DATA
write_operation() {
  record_file "$1"
  put "$RECORD" "verb=$2
generation=$3
state=$4
reason=$5
detail=$(printf '%s' "$6" | tr '\n\r' '  ')
data=$7"
}

# answer_repeated VERB: an operation that is known is answered from its record, and not done again.
answer_repeated() {
  read_operation "$F_operation" || return 0
  [ "$O_verb" = "$1" ] || usage 'this operation id belongs to another verb'
  case $1 in
    restart | rollback)
      wake
      operation_json "$F_operation"
      finish_done "{\"operation\":$J}"
      ;;
    'download start' | 'download stop')
      download_json
      finish_done "{\"download\":$J}"
      ;;
    *) finish_done "${O_data:-{\}}" ;;
  esac
}

read_generation() {
  GENERATION=0
  [ -e "$STATE/generation" ] || return 0
  read_line "$STATE/generation" && is_count "$LINE" || refuse internalError
  GENERATION=$LINE
}

# begin VERB: returns holding the lock, with the generation on disk; else it has answered.
begin() {
  VERB=$1
  answer_repeated "$1"
  try_lock lock || later deviceBusy
  answer_repeated "$1"
  read_generation
  [ "$F_generation" -ge "$GENERATION" ] || refuse superseded
  if [ -e "$STATE/journal" ]; then
    release_lock
    detach --install
    later deviceBusy
  fi
  [ "$F_generation" = "$GENERATION" ] || put "$STATE/generation" "$F_generation" || refuse diskFull
  end_expired_arming
}

# accomplish DATA: records the operation as done, then answers.
accomplish() {
  write_operation "$F_operation" "$VERB" "$F_generation" done '' '' "$1" || refuse diskFull
  forget_old_operations
  finish_done "$1"
}

# The newest thousand operations are kept: years of nights.
forget_old_operations() {
  set -- "$STATE/operations"/op.*
  [ $# -gt 1100 ] || return 0
  (cd "$STATE/operations" && ls -t | tail -n +1001 | while IFS= read -r old; do rm -f "./$old"; done)
}

# wake: an installation that was cut off is taken up again, whoever asks. One that has only just been accepted has a
# moment to begin by itself.
wake() {
  is_cut_off && nap && is_cut_off && detach --install
  return 0
}

is_cut_off() { [ -e "$STATE/journal" ] && ! owner_of "$STATE/lock"; }
