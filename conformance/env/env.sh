#!/bin/bash
# The surroundings of the recorded exchanges: a real BIND, a real dhcpd, a server of boot files and the daemon under test, in a
# network namespace of their own, so that they neither collide with nor reach the rest of the machine. Needs root.
#   env.sh up | down              everything, from the first state | everything stopped, namespace gone
#   env.sh start|stop bind|dhcpd|files|proxy  one of them (the exchanges call this)
#   env.sh exec CMD...            run CMD inside the namespace
# Variables:
#   ROOT        all state: pki/ etc/ state/ log/ run/; a path without blanks
#   NS          the namespace; with another ROOT and NS two can run at once
#   PROXY_CMD   one command that starts the daemon on $ROOT/etc/settings.yml and stays in the foreground
#   PROXY_WAIT  seconds it may take to answer (60)
# Another backend is one more case in answers, start and SERVICES, with its files in etc/.
set -uo pipefail
export ROOT=${ROOT:?where the state lies} NS=${NS:?the name of the network namespace}
here=$(cd "$(dirname "$0")" && pwd)
export ENVSH=$here/env.sh PATH=$PATH:/usr/sbin:/sbin
SERVICES="bind dhcpd files proxy"

inside=(ip netns exec "$NS")
[ "$(ip netns identify $$)" = "$NS" ] && inside=()

alive() { [ -r "/proc/$1/stat" ] && ! grep -q ') Z ' "/proc/$1/stat"; }

# A stale file may name a stranger's process: one in another namespace is not ours.
pid_of() {
  local pid
  pid=$(cat "$ROOT/run/$1.pid" 2>/dev/null) && [ "$(ip netns identify "$pid" 2>/dev/null)" = "$NS" ] && echo "$pid"
}

answers() {
  case $1 in
  bind) dig +time=1 +tries=1 @127.0.0.1 example.com soa +short | grep -q ns1 ;;
  dhcpd) ss -Hlnt 'sport = :7911' | grep -q 7911 ;;
  files) curl -sf -m 2 -o /dev/null http://127.0.0.1:3001/boot/vmlinuz ;;
  proxy)
    curl -sf -m 5 -o /dev/null --cacert "$ROOT/pki/ca.pem" --cert "$ROOT/pki/foreman.pem" --key "$ROOT/pki/foreman.key" \
      https://127.0.0.1:9090/features
    ;;
  esac
}
export -f answers

# launch NAME SECONDS CMD...: a process group of its own, waited for until it answers
launch() {
  local name=$1 end=$((SECONDS + $2)) pid
  shift 2
  pid_of "$name" >/dev/null && return 0
  "${inside[@]}" setsid "$@" >>"$ROOT/log/$name.out" 2>&1 </dev/null &
  pid=$!
  echo $pid >"$ROOT/run/$name.pid"
  until "${inside[@]}" bash -c "answers $name" 2>/dev/null; do
    if ! alive $pid || [ $SECONDS -ge $end ]; then
      echo "$name did not start; end of $ROOT/log/$name.out:" >&2
      tail -n 15 "$ROOT/log/$name.out" >&2
      return 1
    fi
    sleep 0.1
  done
}

start() {
  case $1 in
  bind) launch bind 10 named -f -c "$ROOT/etc/named.conf" ;;
  dhcpd)
    rm -f "$ROOT/run/dhcpd.own-pid"
    launch dhcpd 10 dhcpd -4 -f -d -cf "$ROOT/etc/dhcpd.conf" -lf "$ROOT/state/dhcp/dhcpd.leases" -pf "$ROOT/run/dhcpd.own-pid" d0
    ;;
  files) launch files 10 python3 "$here/../tools/files.py" 3001 ;; # where boot files come from
  proxy) launch proxy "${PROXY_WAIT:-60}" bash -c "exec ${PROXY_CMD:?the command that starts the daemon}" ;;
  *) echo "env.sh: no service $1" >&2; return 2 ;;
  esac
}

stop() {
  local pid
  pid=$(pid_of "$1") || return 0
  rm -f "$ROOT/run/$1.pid"
  kill -TERM "-$pid" 2>/dev/null
  for _ in $(seq 100); do alive "$pid" || return 0; sleep 0.1; done
  echo "$1 did not end within 10 s of TERM, killed" >&2
  kill -KILL "-$pid" 2>/dev/null
}

namespace() {
  ip netns add "$NS" && ip -n "$NS" link set lo up || return 1
  # the network that dhcpd serves; nobody else is on it
  ip -n "$NS" link add d0 type bridge && ip -n "$NS" addr add 192.0.2.1/24 dev d0 && ip -n "$NS" link set d0 up || return 1
  mkdir -p "/etc/netns/$NS"
  echo "nameserver 127.0.0.1" >"/etc/netns/$NS/resolv.conf"
  printf '127.0.0.1 localhost\n::1 localhost\n192.0.2.2 foreman.example.com\n' >"/etc/netns/$NS/hosts"
}

files() {
  mkdir -p "$ROOT"/{etc/settings.d,run,log,state} && bash "$here/mkpki.sh" "$ROOT/pki" || return 1
  local file
  for file in $(cd "$here/etc" && find . -type f); do
    sed "s#@ROOT@#$ROOT#g" "$here/etc/$file" >"$ROOT/etc/$file" || return 1
  done
  cp -r "$here/zones" "$ROOT/state/named" && cp -r "$here/dhcp" "$ROOT/state/dhcp" && cp -r "$here/tftp" "$ROOT/state/tftp"
}

down() {
  local service pids
  for service in $(tac -s' ' <<<"$SERVICES "); do stop "$service"; done
  ip netns list | grep -q "^$NS\b" || return 0
  pids=$(ip netns pids "$NS") && [ -n "$pids" ] && kill $pids
  ip netns del "$NS"
  rm -rf "/etc/netns/$NS"
}

[ "$(id -u)" = 0 ] || { echo "env.sh: needs root, for the network namespace" >&2; exit 1; }
case ${1:-} in
up)
  down
  namespace && files || exit 1
  for service in $SERVICES; do start "$service" || exit 1; done
  ;;
down) down ;;
start | stop) "$1" "${2:?a service: $SERVICES}" ;;
exec) shift; exec "${inside[@]}" "$@" ;;
*) sed -n '4,6s/^# *//p' "$0" >&2; exit 2 ;;
esac
