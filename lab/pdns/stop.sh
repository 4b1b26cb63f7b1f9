#!/bin/sh
# stop.sh [DIR]: stops the PowerDNS that start.sh started under DIR. Does nothing when it does not run.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../common.sh"
stop_server "${1:-$here/target}/pdns.pid" '^[^ ]*pdns_server '
