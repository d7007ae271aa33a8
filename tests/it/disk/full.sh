# Applies on a file system that is full, for more and more free room, until it fits. Run in a mount
# namespace of its own:
#
#   sh full.sh TRACEWRIGHT FOLDER KIND first|second
#
# KIND: blocks, inodes (a small file system in memory), ext4 (one in a file), apart (only the
# application's folder is full), ca (only that of the CA is), read-only (etc is). `first` applies to an empty folder, `second` to one
# of an earlier generation. One line a try: what was left, how apply ended, whether anything managed
# changed, how the next apply and a plan after it ended with room, and what apply said.
set -eu
tracewright=$1 at=$2 kind=$3 which=$4
disk=$at/disk host=$at/disk/host
export LC_ALL=C

certificates='' api=''
stack() {
  printf 'schema = 1\nname = "full"\n%b[tempo]\nversion = "2.10"\n%b%s\n[collector.main]\nversion = "0.159"\n
[app.shop]\nenv_file = "/srv/shop/.env"\nprotocol = "http/protobuf"\nservice_name = "%s"\n' "$certificates" "$api" "$1" "$2" > "$at/stack.toml"
}
run() { "$tracewright" "$1" "$at/stack.toml" --root "$host" --no-engines "$2"; }

# What an apply may change, and what only it may change; folders on the way are no matter.
managed() {
  cd "$disk" && {
    find host/etc host/srv -name filler -prune -o -type f -exec sha256sum {} + \
      -o -printf '%p %m\n' 2> /dev/null || true
  } | sort
}

# All but so many blocks or inodes are taken.
fill() {
  mkdir -p "$1"
  if [ "$kind" = inodes ]; then
    seq -f "$1/%g" $(($(stat -f -c %d "$disk") - 1 - $2)) | xargs touch
  else
    dd if=/dev/zero of="$1/all" bs=4k 2> /dev/null || true
    truncate -s $((($(stat -c %b "$1/all") / 8 - $2) * 4096)) "$1/all"
  fi
}

mkdir -p "$disk"
if [ "$kind" = ca ]; then
  certificates="tls = \"edge\"\n[certificates]\nfolder = \"/ca\"\n" api='http = { tls = true }\n'
fi
case $kind in inodes) lefts='0 1 2 3 4 5 6 8 10 12 16 20 24 28 32 40' ;; *) lefts='0 1 2 3 4 6 8 24 48 96' ;; esac
for left in $lefts; do
  case $kind in
    inodes) mount -t tmpfs -o nr_inodes=600 tmpfs "$disk" ;;
    ext4)
      truncate -s 4M "$at/image" && mkfs.ext4 -q -F -b 4096 -m 0 -O ^has_journal "$at/image"
      mount -o loop "$at/image" "$disk" ;;
    *) mount -t tmpfs -o size=2M tmpfs "$disk" ;;
  esac
  full=$disk/filler
  if [ "$kind" = ca ]; then
    mkdir -p "$host/ca"
    mount -t tmpfs -o size=64k,mode=0700 tmpfs "$host/ca"
    full=$host/ca/filler
  fi
  stack '' one
  [ "$which" = first ] || run apply --auto-approve > /dev/null 2>&1
  if [ "$kind" = apart ]; then
    full=$host/srv/filler
    mkdir -p "$host/srv"
    [ "$which" = first ] || mv "$host/srv/shop" "$disk/shop"
    mount -t tmpfs -o size=64k tmpfs "$host/srv"
    [ "$which" = first ] || mv "$disk/shop" "$host/srv/shop"
  fi
  if [ "$kind" = read-only ]; then
    mkdir -p "$host/etc"
    mount --bind "$host/etc" "$host/etc" && mount -o remount,bind,ro "$host/etc"
  else
    fill "$full" "$left"
  fi
  (managed) > "$at/before"
  stack 'retention = "48h"' two
  status=0 next=0 plan=0 changed=nothing
  run apply --auto-approve > "$at/said" 2>&1 || status=$?
  (managed) | cmp -s "$at/before" - || changed=something
  if [ "$kind" = read-only ]; then umount "$host/etc"; else rm -r "$full"; fi
  run apply --auto-approve > /dev/null 2>&1 || next=$?
  run plan --detailed-exitcode > /dev/null 2>&1 || plan=$?
  echo "$left left: apply $status, changed $changed, next $next, plan $plan: $(grep '^error: ' "$at/said" || true)"
  [ "$kind" != apart ] || umount "$host/srv"
  [ "$kind" != ca ] || umount "$host/ca"
  umount "$disk"
  if [ "$status" = 0 ] || [ "$kind" = read-only ]; then break; fi
done
