#!/bin/sh
# stop.sh [DIR] [data]: stops the PostgreSQL that start.sh started under DIR. Does nothing when it does not run. data: removes its data too.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../common.sh"
dir=${1:-$here/target}
# A fast end: it does not wait for its clients.
if [ -s "$dir/postgres.pid" ] && tr '\0' ' ' <"/proc/$(cat "$dir/postgres.pid")/cmdline" 2>/dev/null | grep -q 'postgres -D'; then
    kill -CONT "$(cat "$dir/postgres.pid")" 2>/dev/null || true
    kill -INT "$(cat "$dir/postgres.pid")" 2>/dev/null || true
fi
stop_server "$dir/postgres.pid" 'postgres -D'
if [ "${2:-}" = data ] && [ -s "$dir/postgres.data" ]; then
    case $(cat "$dir/postgres.data") in /tmp/smart-proxy-postgres.*) rm -rf "$(cat "$dir/postgres.data")" ;; esac
    rm -f "$dir/postgres.data"
fi
