#!/bin/sh
# stop.sh [DIR] [keep]: stops the dhcpd that start.sh started under DIR and removes its namespace, unless "keep" is given. Does
# nothing when it does not run.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
PATH=$PATH:/usr/sbin:/sbin
dir=${1:-$here/target}
if [ -s "$dir/dhcpd.pid" ]; then
    pid=$(cat "$dir/dhcpd.pid")
    # The id may have passed on to another program since.
    if tr '\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null | grep -q '^[^ ]*dhcpd .*dhcpd\.conf'; then
        kill -CONT "$pid" 2>/dev/null || true
        kill "$pid" 2>/dev/null || true
        tries=0
        while kill -0 "$pid" 2>/dev/null; do
            tries=$((tries + 1))
            [ "$tries" -lt 50 ] || { kill -KILL "$pid" 2>/dev/null || true; break; }
            sleep 0.1
        done
    fi
    rm -f "$dir/dhcpd.pid" "$dir/dhcpd.own-pid"
fi
[ "${2:-}" = keep ] && exit 0
if [ -s "$dir/namespace" ]; then
    namespace=$(cat "$dir/namespace")
    case $namespace in labdhcp*) ip link del "$namespace" 2>/dev/null || true; ip netns del "$namespace" 2>/dev/null || true ;; esac
    rm -f "$dir/namespace"
fi
