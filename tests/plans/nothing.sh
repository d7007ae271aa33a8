# at most 8 lines
S=stacks/minimal
tracewright apply $S --root out --auto-approve --no-engines > /dev/null 2>&1
$PLAN $S --root out
