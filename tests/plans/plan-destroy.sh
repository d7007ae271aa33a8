# at most 45 lines
S=stacks/minimal
tracewright apply $S --root out --auto-approve --no-engines > /dev/null 2>&1
$PLAN --name minimal --root out --destroy
