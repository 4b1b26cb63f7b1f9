#!/bin/sh
# stop.sh [DIR] [keep]: stops the dhcpd that start.sh started under DIR and removes its namespace, unless "keep" is given. Does
# nothing when it does not run.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../common.sh"
dir=${1:-$here/target}
stop_server "$dir/dhcpd.pid" '^[^ ]*dhcpd .*dhcpd\.conf'
rm -f "$dir/dhcpd.own-pid"
[ "${2:-}" = keep ] && exit 0
if [ -s "$dir/namespace" ]; then
    namespace=$(cat "$dir/namespace")
    case $namespace in labdhcp*) ip link del "$namespace" 2>/dev/null || true; ip netns del "$namespace" 2>/dev/null || true ;; esac
    rm -f "$dir/namespace"
fi
