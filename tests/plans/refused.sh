# at most 70 lines
S=stacks/minimal
mkdir -p out/etc/tempo/config.yml/inside
$PLAN $S --root out
