# Says a great deal with its status.
out=$("$REAL" "$@")
code=$?
case ${1-} in
  status)
    padding=$(head -c 204800 /dev/zero | tr '\0' x)
    printf '%s\n' "NIGHTCTL/1 {\"padding\":\"$padding\",${out#"NIGHTCTL/1 {"}"
    ;;
  *) printf '%s\n' "$out" ;;
esac
exit $code
