# "Not now" to what is meant for another device: the head office would come again all night.
out=$("$REAL" "$@")
code=$?
case $out in
  *'"reason":"wrongDevice"'*)
    printf '%s\n' "$out" | sed 's/"class":"refused"/"class":"later"/'
    exit 75
    ;;
esac
printf '%s\n' "$out"
exit $code
