# What it cannot read is nothing, in 1970.
out=$("$REAL" "$@")
code=$?
printf '%s\n' "$out" | sed 's/"sum":null/"sum":0/; s/"lastReceipt":null/"lastReceipt":{"number":0,"at":"1970-01-01T00:00:00Z"}/'
exit $code
