# at most 25 lines
# An earlier version of the tool wrote the same stack otherwise, and its state says so.
S=stacks/incident-host
tracewright apply $S --root out --auto-approve --no-engines > /dev/null 2>&1
STATE=out/var/lib/tracewright/ag
for change in etc/tempo/config.yml:s/"1s"/"2s"/ home/pde/.config/systemd/user/otelcol.service:s/RestartSec=2/RestartSec=9/; do
  file=out/${change%%:*}
  before=$(sha256sum < $file | cut -c1-64)
  sed -i "${change#*:}" $file
  after=$(sha256sum < $file | cut -c1-64)
  cp $file $STATE/objects/$after
  sed -i "s/$before/$after/g" $STATE/generations/1.json
done
$PLAN $S --root out
