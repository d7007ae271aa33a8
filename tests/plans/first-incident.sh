# at most 70 lines
S=stacks/incident-host
$PLAN $S --root out
