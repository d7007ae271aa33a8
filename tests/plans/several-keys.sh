# at most 45 lines
S=stacks/incident-host
tracewright apply $S --root out --auto-approve --no-engines > /dev/null 2>&1
sed -i 's/"48h"/"96h"/; s/grpc = 4318, http/grpc = 5318, http/; s/size = 512/size = 1024/' $S/stack.toml
$PLAN $S --root out
