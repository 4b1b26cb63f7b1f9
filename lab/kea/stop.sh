#!/bin/sh
# stop.sh [DIR]: stops the Kea that start.sh started under DIR. Does nothing when it does not run.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../common.sh"
dir=${1:-$here/target}
stop_server "$dir/agent.pid" 'kea-ctrl-agent'
stop_server "$dir/dhcp4.pid" 'kea-dhcp4'
