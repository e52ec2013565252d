# Ends with 0 whatever happened.
"$REAL" "$@"
exit 0
