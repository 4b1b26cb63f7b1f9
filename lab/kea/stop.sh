#!/bin/sh
# stop.sh [DIR]: stops the Kea that start.sh started under DIR. Does nothing when it does not run.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../common.sh"
dir=${1:-$here/target}
stop_server "$dir/agent.pid" 'kea-ctrl-agent'
stop_server "$dir/dhcp4.pid" 'kea-dhcp4'
stop_server "$dir/dhcp6.pid" 'kea-dhcp6'
stop_server "$dir/pgsql.pid" 'bin/postgres'
if [ -s "$dir/pgsql.dir" ]; then
    case $(cat "$dir/pgsql.dir") in /tmp/kea-pgsql.*) rm -rf "$(cat "$dir/pgsql.dir")" ;; esac
    rm -f "$dir/pgsql.dir"
fi
