# at most 70 lines
S=stacks/minimal
mkdir -p out/etc/tempo && printf 'server:\n  http_listen_port: 80\nauth: x\n' > out/etc/tempo/config.yml
$PLAN $S --root out
