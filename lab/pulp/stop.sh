#!/bin/sh
# stop.sh DIR [NAME]: stops the Pulp of that name that start.sh started under DIR; without a name all of them, their PostgreSQL with its data too.
# Does nothing when none runs.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../common.sh"
base=$1
for pids in "$base/${2:-*}"/worker.pid; do
    dir=${pids%/worker.pid}
    for what in worker content api; do
        [ -s "$dir/$what.pid" ] || continue
        # Nothing of it is needed any more: its whole group ends at once, frozen or not.
        pid=$(cat "$dir/$what.pid")
        if tr '\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null | grep -q pulpcore-; then
            kill -KILL -- "-$pid" 2>/dev/null || kill -KILL "$pid" 2>/dev/null || true
        fi
        rm -f "$dir/$what.pid"
    done
done
[ -n "${2:-}" ] || "$here/../postgres/stop.sh" "$base" data
