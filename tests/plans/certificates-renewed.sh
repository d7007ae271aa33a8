# at most 25 lines
S=stacks/incident-host
printf '\n[certificates]\nfolder = "%s/authority"\nlifetime = "30d"\nrenew_before = "2591999s"\n' "$PWD" >> $S/stack.toml
tracewright apply $S --root out --auto-approve --no-engines > /dev/null 2>&1
sleep 2
$PLAN $S --root out
