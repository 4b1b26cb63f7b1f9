#!/bin/sh
# start.sh DIR: boots a Debian 12 with systemd of its own, loopback network only, whose changes lie below DIR. Prints "leader=PID", the
# process to enter by nsenter -t PID -a -r -w.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
PATH=$PATH:/usr/sbin:/sbin
"$here/install.sh"
mkdir -p "$1"
dir=$(cd "$1" && pwd)
"$here/stop.sh" "$dir"
mkdir -p "$dir/upper" "$dir/work" "$dir/root"
mount -t overlay -o "lowerdir=$("$here/install.sh" --print),upperdir=$dir/upper,workdir=$dir/work" overlay "$dir/root"
# --register=no, --keep-unit: no machined is needed
systemd-nspawn -D "$dir/root" --boot --register=no --keep-unit --private-network --kill-signal=SIGRTMIN+3 --hostname=proxy \
    >"$dir/console.log" 2>&1 </dev/null &
echo $! >"$dir/pid"
leader() { pgrep -o -P "$(cat "$dir/pid")"; }
tries=0
until leader >/dev/null && state=$(timeout 60 nsenter -t "$(leader)" -a -r -w systemctl is-system-running --wait 2>/dev/null) ||
    [ "${state:-}" = degraded ]; do
    tries=$((tries + 1))
    if [ "$tries" -ge 150 ] || ! kill -0 "$(cat "$dir/pid")" 2>/dev/null; then
        echo "the machine does not come up; its console:" >&2
        tail -n 20 "$dir/console.log" >&2
        exit 1
    fi
    sleep 0.2
done
echo "leader=$(leader)"
