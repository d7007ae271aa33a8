# at most 20 lines
S=stacks/minimal
cd $S && git init -q . && git add . && git -c user.name=a -c user.email=a@example commit -qm one
sed -i 's/"2.10"/"2.10"\nretention = "48h"/' stack.toml
$BASE . --base HEAD
