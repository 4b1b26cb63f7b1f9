#!/bin/sh
# start.sh DIR [NAME]: starts a Pulp 3 of that name (pulp) with its own state under DIR/NAME: one API process, one for content, one worker, on free high
# ports of 127.0.0.1, with a database of its own in a PostgreSQL that all under DIR share. Its tables are copied, not made. Let in are admin
# with the password, and whoever the header Remote-User names.
# PULP_ORIGIN: the address clients see, in base_url and registry (http://127.0.0.1:CONTENT_PORT).
# PULP_PORTS="API CONTENT": these ports. PULP_NETNS: the network namespace it runs in. With KEEP=1 the data of before are kept (restart).
# Prints "api=URL", "content=URL", "api_pid=", "content_pid=", "worker_pid=" (each the leader of a process group), "dir=", "import=" (what
# file:// remotes may read), "user=", "password=" and "bin=", the directory of pulp and of python with the generated clients.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../common.sh"
"$here/install.sh"
root=$("$here/install.sh" --print)
base=$1 name=${2:-pulp}
mkdir -p "$base"
base=$(cd "$base" && pwd)
dir=$base/$name
database=pulp_$(echo "$name" | tr -c 'a-z0-9\n' _)
"$here/stop.sh" "$base" "$name"

# Two that start at once make one PostgreSQL.
exec 9>"$base/pulp.lock"
flock 9
if [ ! -s "$base/postgres.pid" ] || ! kill -0 "$(cat "$base/postgres.pid")" 2>/dev/null; then
    if [ ! -s "$base/postgres.data" ] || [ ! -d "$(cat "$base/postgres.data")" ]; then
        data=$(mktemp -d /tmp/smart-proxy-postgres.XXXXXX)
        cp -a "$root/postgres/." "$data"
        echo "$data" >"$base/postgres.data"
    fi
    KEEP=1 FSYNC=off "$here/../postgres/start.sh" "$base" >"$base/postgres.words" 9>&-
fi
pgdata=$(sed -n 's/^data=//p' "$base/postgres.words")
pgport=$(sed -n 's/^port=//p' "$base/postgres.words")
sql() { PGPASSWORD=postgres-lab psql -q -At -h "$pgdata" -p "$pgport" -U postgres -v ON_ERROR_STOP=1 "$@" >>"$base/postgres.log"; }
if [ "${KEEP:-0}" != 1 ] || [ ! -d "$dir" ]; then
    rm -rf "${dir:?}"
    sql -c "SET client_min_messages = warning" -c "DROP DATABASE IF EXISTS $database WITH (FORCE)" -c "CREATE DATABASE $database OWNER pulp TEMPLATE pulp"
fi
exec 9>&-
mkdir -p "$dir"

# The same ports again after a restart.
if [ -z "${PULP_PORTS:-}" ] && [ -s "$dir/ports" ]; then PULP_PORTS=$(cat "$dir/ports"); fi
# shellcheck disable=SC2046,SC2086 # two words
set -- ${PULP_PORTS:-$(free_ports 2)}
api=$1 content=$2
echo "$api $content" >"$dir/ports"
"$here/settings.sh" "$dir" "$pgdata" "$pgport" "$database" "${PULP_ORIGIN:-http://127.0.0.1:$content}"

in=
[ -z "${PULP_NETNS:-}" ] || in="ip netns exec $PULP_NETNS"
export PULP_SETTINGS="$dir/settings.py" PATH="$root/venv/bin:$PATH"
run() { # WHAT COMMAND...: as leader of a process group
    what=$1
    shift
    # shellcheck disable=SC2086 # words
    (cd "$dir" && exec $in setsid "$@") >>"$dir/$what.log" 2>&1 </dev/null &
    echo $! >"$dir/$what.pid"
}
run api pulpcore-api --bind "127.0.0.1:$api" --workers 1 --timeout 90 --access-logfile - --no-control-socket
run content pulpcore-content --bind "127.0.0.1:$content" --workers 1 --timeout 90 --access-logfile - --no-control-socket
run worker python "$here/pulpcore-worker.py"

tries=0
# shellcheck disable=SC2086 # words
until $in curl -sf -m 5 --noproxy '*' "http://127.0.0.1:$api/pulp/api/v3/status/" 2>/dev/null | python3 -c '
import json, sys
status = json.load(sys.stdin)
sys.exit(not (status["online_workers"] and status["online_content_apps"]))' 2>/dev/null &&
    $in curl -s -o /dev/null -m 5 --noproxy '*' "http://127.0.0.1:$content/"; do
    tries=$((tries + 1))
    if [ "$tries" -ge 600 ]; then
        echo "Pulp does not answer on port $api; its logs:" >&2
        tail -n 20 "$dir"/*.log >&2
        exit 1
    fi
    sleep 0.1
done
echo "api=http://127.0.0.1:$api"
echo "content=http://127.0.0.1:$content"
for what in api content worker; do echo "${what}_pid=$(cat "$dir/$what.pid")"; done
echo "dir=$dir"
echo "import=$dir/import"
echo "user=admin"
echo "password=password"
echo "bin=$root/venv/bin"
