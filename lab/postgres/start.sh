#!/bin/sh
# start.sh [DIR] [PORT] [plain|tls]: starts a PostgreSQL of its own, with an empty database "smart_proxy" and its owner of that name, on 127.0.0.1,
# port PORT (default: a free high port), and on a Unix socket beside its data. With KEEP=1 the data of before are kept (restart).
# tls: with a certificate for "localhost"; its authority is DIR/tls/ca.pem, and connections without TLS are refused.
# Commits are waited for as in production (fsync); FSYNC=off spares the disk.
# Prints "port=...", "dir=...", "data=...", "user=...", "password=..." and "pid=...".
set -eu
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../common.sh"
"$here/install.sh"
mkdir -p "${1:-$here/target}"
dir=$(cd "${1:-$here/target}" && pwd)
kind=${3:-plain}
"$here/stop.sh" "$dir"
# shellcheck disable=SC2012 # a version of its own
bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1)
[ -z "$bin" ] || PATH=$bin:$PATH

port=${2:-$(free_ports 1)}

# PostgreSQL does not run as root; its user must get at the data.
if [ "$(id -u)" = 0 ]; then
    as_server() { setpriv --reuid=postgres --regid=postgres --init-groups "$@"; }
else
    as_server() { "$@"; }
fi

data=
[ ! -s "$dir/postgres.data" ] || data=$(cat "$dir/postgres.data")
if [ "${KEEP:-0}" != 1 ] || [ ! -d "$data" ]; then
    case $data in /tmp/smart-proxy-postgres.*) rm -rf "$data" ;; esac
    data=$(mktemp -d /tmp/smart-proxy-postgres.XXXXXX)
    echo "$data" >"$dir/postgres.data"
    (umask 077 && echo postgres-lab >"$data/password")
    [ "$(id -u)" != 0 ] || chown -R postgres "$data"
    (cd "$data" && as_server initdb -D "$data/data" -A scram-sha-256 --pwfile="$data/password" -U postgres -E UTF8 --locale=C.UTF-8 --no-sync) \
        >"$dir/postgres.log" 2>&1 || { cat "$dir/postgres.log" >&2; exit 1; }
    if [ "$kind" = tls ]; then
        mkdir -p "$dir/tls"
        (
            cd "$dir/tls"
            openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj /CN=postgres-lab-ca -keyout ca.key -out ca.pem
            openssl req -newkey rsa:2048 -nodes -subj /CN=localhost -keyout server.key -out server.csr
            echo subjectAltName=DNS:localhost >server.ext
            openssl x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 30 -out server.pem -extfile server.ext
        ) >"$dir/tls.log" 2>&1
        cp "$dir/tls/server.pem" "$dir/tls/server.key" "$data/data/"
        [ "$(id -u)" != 0 ] || chown postgres "$data/data/server.pem" "$data/data/server.key"
        chmod 600 "$data/data/server.key"
        printf "ssl = on\nssl_cert_file = 'server.pem'\nssl_key_file = 'server.key'\n" >>"$data/data/postgresql.conf"
        printf 'hostssl all all 127.0.0.1/32 scram-sha-256\nlocal all all scram-sha-256\n' >"$data/data/pg_hba.conf"
    fi
    fresh=yes
else
    fresh=
fi
# The shell of setpriv is replaced, so that its id is that of PostgreSQL.
if [ "$(id -u)" = 0 ]; then set -- setpriv --reuid=postgres --regid=postgres --init-groups; else set --; fi
(cd "$data" && exec "$@" "$(command -v postgres)" -D "$data/data" -p "$port" -k "$data" -c listen_addresses=127.0.0.1 \
    -c fsync="${FSYNC:-on}" -c shared_buffers=32MB -c max_connections=100) >>"$dir/postgres.log" 2>&1 </dev/null &
echo $! >"$dir/postgres.pid"
tries=0
until pg_isready -q -h "$data" -p "$port"; do
    tries=$((tries + 1))
    if [ "$tries" -ge 200 ] || ! kill -0 "$(cat "$dir/postgres.pid")" 2>/dev/null; then
        echo "PostgreSQL does not answer on port $port; its log:" >&2
        tail -n 20 "$dir/postgres.log" >&2
        exit 1
    fi
    sleep 0.1
done
if [ -n "$fresh" ]; then
    PGPASSWORD=postgres-lab psql -q -h "$data" -p "$port" -U postgres -c "CREATE ROLE smart_proxy LOGIN PASSWORD 'smart-proxy-lab'" \
        -c 'CREATE DATABASE smart_proxy OWNER smart_proxy' >>"$dir/postgres.log" 2>&1
fi
echo "port=$port"
echo "dir=$dir"
echo "data=$data"
echo "user=smart_proxy"
echo "password=smart-proxy-lab"
echo "pid=$(cat "$dir/postgres.pid")"
