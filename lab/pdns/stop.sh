#!/bin/sh
# stop.sh [DIR]: stops the PowerDNS that start.sh started under DIR. Does nothing when it does not run.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
file=${1:-$here/target}/pdns.pid
[ -s "$file" ] || exit 0
pid=$(cat "$file")
# The id may have passed on to another program since.
if tr '\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null | grep -q '^[^ ]*pdns_server '; then
    kill -CONT "$pid" 2>/dev/null || true
    kill "$pid" 2>/dev/null || true
    tries=0
    while kill -0 "$pid" 2>/dev/null; do
        tries=$((tries + 1))
        [ "$tries" -lt 50 ] || { kill -KILL "$pid" 2>/dev/null || true; break; }
        sleep 0.1
    done
fi
rm -f "$file"
