#!/bin/sh
# pgsql.sh DIR PORT: starts the PostgreSQL of the Kea under DIR on that port of 127.0.0.1, and makes its cluster at first.
# pgsql.sh DIR crash|freeze|thaw: kills, stops or continues all its processes.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../common.sh"
dir=$(cd "$1" && pwd)
# all PID SIGNAL: its processes, so that none finishes what the others cannot
all() {
    pid=$(cat "$dir/pgsql.pid")
    # shellcheck disable=SC2046 # words
    kill "-$1" "$pid" $(cat "/proc/$pid/task/$pid/children")
}
case $2 in
crash)
    all STOP # so that it does not start new ones meanwhile
    # shellcheck disable=SC2046 # words
    set -- "$dir" "$pid" $(cat "/proc/$pid/task/$pid/children")
    all KILL
    shift
    # Its shared memory keeps a successor away until the last of them has ended.
    tries=0
    for one in "$@"; do
        while runs "$one"; do
            tries=$((tries + 1))
            [ "$tries" -lt 600 ] || { echo "process $one of PostgreSQL does not end" >&2; exit 1; }
            sleep 0.05
        done
    done
    # it stays a process until it is reaped, and would keep its successor away
    data=$(cat "$dir/pgsql.dir")
    rm -f "$dir/pgsql.pid" "$data/data/postmaster.pid" "$data"/.s.PGSQL.*
    exit 0
    ;;
freeze) all STOP; exit 0 ;;
thaw) all CONT; exit 0 ;;
esac

postgres() { setpriv --reuid=postgres --regid=postgres --init-groups "$@"; }
# shellcheck disable=SC2012 # a version of its own
bin=$(ls -d /usr/lib/postgresql/*/bin | tail -n 1)
if [ ! -s "$dir/pgsql.dir" ]; then
    data=$(mktemp -d /tmp/kea-pgsql.XXXXXX) # where the user of PostgreSQL gets at it
    echo "$data" >"$dir/pgsql.dir"
    chown postgres "$data"
    (cd "$data" && postgres "$bin/initdb" -D "$data/data" -A trust -U postgres -E UTF8 --locale=C.UTF-8 --no-sync) >"$dir/pgsql.log" 2>&1
fi
data=$(cat "$dir/pgsql.dir")
# The shell of setpriv is replaced, so that its id is that of PostgreSQL.
(cd "$data" && exec setpriv --reuid=postgres --regid=postgres --init-groups "$bin/postgres" -D "$data/data" -p "$2" -k "$data" \
    -c listen_addresses=127.0.0.1 -c fsync=off -c shared_buffers=16MB) >>"$dir/pgsql.log" 2>&1 </dev/null &
echo $! >"$dir/pgsql.pid"
tries=0
until "$bin/pg_isready" -q -h 127.0.0.1 -p "$2"; do
    tries=$((tries + 1))
    if [ "$tries" -ge 600 ] || ! kill -0 "$(cat "$dir/pgsql.pid")" 2>/dev/null; then
        echo "PostgreSQL does not answer on port $2; its log:" >&2
        tail -n 20 "$dir/pgsql.log" >&2
        exit 1
    fi
    sleep 0.1
done
