# Done, because of "ok".
out=$("$REAL" "$@")
code=$?
printf '%s\n' "$out" | sed 's/"class":"done","reason":null/"class":"done","reason":"ok"/'
exit $code
