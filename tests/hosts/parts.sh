# What the `setup` scripts of several hosts do alike; sourced by them, inside the fresh host, as root.
#
# Lent to every host, read-only: /mnt/engines (real ones, and tempo-stand-in), /mnt/hosts (this folder),
# /mnt/mutants, /mnt/stacks. Tempo and the collector are copied, so that a test may replace them.

engine() { # NAME PATH: copies an engine; the stand-in where there is no such Tempo
  local from=/mnt/engines/$1
  [ -x "$from" ] || case $1 in
    tempo-*) from=/mnt/hosts/tempo-stand-in ;;
    *) echo "no $1 in \$TRACEWRIGHT_ENGINES" >&2; return 1 ;;
  esac
  install -m 755 "$from" "$2"
}

user_pde() { # [linger]: the ordinary user, uid 1000, with or without a user manager of his own
  useradd --create-home --uid 1000 --user-group --shell /bin/bash pde
  if [ "${1-}" = linger ]; then
    loginctl enable-linger pde
    systemctl start user@1000.service
  fi
}

user_tempo() { # as the package's post-install makes it
  adduser --quiet --system --group --shell /bin/false --home /nonexistent --no-create-home tempo
}

user_grafana() { # as the package makes it
  adduser --quiet --system --group --shell /usr/sbin/nologin --home /usr/share/grafana --no-create-home grafana
}

as_pde() { setpriv --reuid pde --regid pde --init-groups --reset-env env XDG_RUNTIME_DIR=/run/user/1000 "$@"; }

until_it() { # COMMAND...: at most 10 s
  local tries=0
  until "$@"; do
    tries=$((tries + 1))
    [ $tries -lt 100 ] || { echo "after 10 s still not: $*" >&2; return 1; }
    sleep 0.1
  done
}

listens() { ss -tlnH "sport = :$1" | grep -q .; }
