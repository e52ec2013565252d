# Not wrong: noise around the marked line, on both outputs, as login scripts make it.
echo 'Last login: Sun Nov 22 02:14:01 from 10.1.2.3'
echo '  NIGHTCTL/1 {"not":"at the start of a line"}'
echo 'perl: warning: Setting locale failed.' >&2
"$REAL" "$@"
code=$?
echo 'logout'
exit $code
