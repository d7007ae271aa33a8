# at most 35 lines
S=stacks/minimal
tracewright apply $S --root out --auto-approve --no-engines > /dev/null 2>&1
sed -i 's/"2.10"/"3.0"/' $S/stack.toml
tracewright apply $S --root out --auto-approve --no-engines > /dev/null 2>&1
$PLAN $S --root out --to 1
