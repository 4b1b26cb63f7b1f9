#!/bin/sh
# stop.sh DIR: stops what start.sh and guest.sh started under DIR.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../common.sh"
stop_server "$1/guest.pid" '^[^ ]*qemu-system'
stop_server "$1/callback.pid" 'callback\.py'
"$here/../dhcpd/stop.sh" "$1"
