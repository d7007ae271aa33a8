# at most 25 lines
S=stacks/minimal
tracewright apply $S --root out --auto-approve --no-engines > /dev/null 2>&1
printf '\n[app.worker]\nenv_file = "/srv/worker/.env"\nprotocol = "http/protobuf"\nservice = { user = "worker" }\n' >> $S/stack.toml
$PLAN $S --root out
