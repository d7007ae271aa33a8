# at most 25 lines
S=stacks/incident-host
tracewright apply $S --root out --auto-approve --no-engines > /dev/null 2>&1
sed -i 's/block_retention: "48h"/block_retention: "71h"/' out/etc/tempo/config.yml
sed -i 's/retention = "48h"/retention = "96h"/' $S/stack.toml
$PLAN $S --root out
