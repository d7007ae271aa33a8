# at most 60 lines
S=stacks/minimal
$PLAN $S --root out
