# The forced command: SSH_ORIGINAL_COMMAND into words, without a shell ever reading it.

add_word() {
  count=$((count + 1))
  eval "WORD_$count=\$word"
  WORDS="$WORDS \"\${WORD_$count}\""
  word=''
  open=''
}

# take: moves the first byte of rest into c.
take() {
  c=${rest%"${rest#?}"}
  rest=${rest#?}
}

# split_words TEXT: 'single', "double" without $, ` and \, \x, and plain safe characters. WORDS is for `set --`.
# Words up to nightctl itself (sudo, -n, a path) are dropped; anything else in front is refused.
split_words() {
  rest=$1
  WORDS='' word='' open='' count=0 seen=''
  [ ${#rest} -le 8192 ] || return 1
  while [ -n "$rest" ]; do
    take
    case $c in
      "'")
        open=1
        case $rest in *"'"*) ;; *) return 1 ;; esac
        word=$word${rest%%"'"*}
        rest=${rest#*"'"}
        ;;
      '"')
        open=1
        case $rest in *'"'*) ;; *) return 1 ;; esac
        inner=${rest%%'"'*}
        case $inner in *['$`\']*) return 1 ;; esac
        word=$word$inner
        rest=${rest#*'"'}
        ;;
      \\)
        [ -n "$rest" ] || return 1
        take
        word=$word$c
        open=1
        ;;
      ' ') [ -z "$open" ] || end_word || return 1 ;;
      [A-Za-z0-9_./:=@%+,-])
        word=$word$c
        open=1
        ;;
      *) return 1 ;;
    esac
  done
  [ -z "$open" ] || end_word || return 1
  [ -n "$seen" ]
}

end_word() {
  [ -z "$seen" ] || {
    add_word
    return
  }
  case $word in
    nightctl | */nightctl) seen=1 ;;
    sudo | /usr/bin/sudo | -n) ;;
    *) return 1 ;;
  esac
  word=''
  open=''
}
