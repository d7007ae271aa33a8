# at most 30 lines
S=stacks/incident-host
tracewright apply $S --root out --auto-approve --no-engines > /dev/null 2>&1
sed -i 's/grpc = 4318, http/grpc = 5317, http/' $S/stack.toml
$PLAN $S --root out
