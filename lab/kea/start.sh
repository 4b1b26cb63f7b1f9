#!/bin/sh
# start.sh [DIR] [2.2|3.0] [plain|tls] [file|pgsql]: starts a Kea of its own under DIR on a free high port of 127.0.0.1.
#   2.2 with a control agent in front, without host_cmds; 3.0 with its own HTTP socket and host_cmds.
#   plain: basic authentication; tls: a client certificate as well.
#   pgsql (3.0 alone): reservations are kept in a PostgreSQL of its own.
# Prints "url=...", "socket=..." (kea-dhcp4's unix control socket), "user=...", "password=...", "dir=...", "conf=..."
# (kea-dhcp4's configuration), "pid=..." of kea-dhcp4 and "sql=...", the port of its PostgreSQL.
# KEA_DHCP6=yes: kea-dhcp6 too; prints "url6=...", "socket6=..." and "conf6=...".
# KEA_INTERFACE: the interface it serves, in the network namespace KEA_NETNS; unset: none, it answers commands alone.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../common.sh"
version=${2:-2.2} kind=${3:-plain} hosts=${4:-file}
"$here/install.sh" "$version"
[ "$hosts" = file ] || "$here/install.sh" pgsql
mkdir -p "${1:-$here/target}"
dir=$(cd "${1:-$here/target}" && pwd)
"$here/stop.sh" "$dir"
rm -rf "${dir:?}/run" "${dir:?}/lib" "${dir:?}/etc" "$dir"/*.log "$dir"/ctrl[46].sock* "$dir"/leases[46].csv*
mkdir -p "$dir/run" "$dir/lib" "$dir/etc"
chmod 750 "$dir" "$dir/run" "$dir/lib"

# shellcheck disable=SC2046 # words
set -- $(free_ports 3)
port=$1 sql=$2 port6=$3

if [ "$kind" = tls ] && [ ! -e "$dir/tls/client.pem" ]; then
    mkdir -p "$dir/tls"
    (
        cd "$dir/tls"
        openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj /CN=kea-lab-ca -keyout ca.key -out ca.pem
        for name in server client; do
            openssl req -newkey rsa:2048 -nodes -subj "/CN=$name" -keyout "$name.key" -out "$name.csr"
            echo "subjectAltName=DNS:localhost,IP:127.0.0.1" >"$name.ext"
            openssl x509 -req -in "$name.csr" -CA ca.pem -CAkey ca.key -CAcreateserial -days 30 -out "$name.pem" -extfile "$name.ext"
        done
    ) >"$dir/tls.log" 2>&1
fi
# As the server sees its files.
if [ "$version" = 3.0 ]; then seen=/run/kea; [ "$kind" != tls ] || cp -r "$dir/tls" "$dir/run/tls"; else seen=$dir; fi
tls=
[ "$kind" != tls ] ||
    tls="\"trust-anchor\": \"$seen/tls/ca.pem\", \"cert-file\": \"$seen/tls/server.pem\", \"key-file\": \"$seen/tls/server.key\", \"cert-required\": true,"
interface=
on=
[ -z "${KEA_INTERFACE:-}" ] || { interface="\"$KEA_INTERFACE\""; on="\"interface\": \"$KEA_INTERFACE\","; }
hooks=/usr/lib/$(uname -m)-linux-gnu/kea/hooks

database=
if [ "$hosts" = pgsql ]; then
    root=$("$here/install.sh" --print)
    "$here/pgsql.sh" "$dir" "$sql"
    ask() { psql -q -h 127.0.0.1 -p "$sql" -U "$@" >>"$dir/pgsql.log" 2>&1; }
    ask postgres -c "CREATE ROLE kea LOGIN PASSWORD 'kea'" -c 'CREATE DATABASE kea OWNER kea'
    ask kea -v ON_ERROR_STOP=1 -f "$root/usr/share/kea/scripts/pgsql/dhcpdb_create.pgsql" kea
    database="\"hosts-database\": { \"type\": \"postgresql\", \"name\": \"kea\", \"user\": \"kea\", \"password\": \"kea\", \"host\": \"127.0.0.1\", \"port\": $sql,
      \"max-reconnect-tries\": 1000, \"reconnect-wait-time\": 200, \"on-fail\": \"serve-retry-continue\" },"
fi

# configure FAMILY PORT: writes the configuration of kea-dhcp4 or kea-dhcp6, whose HTTP socket of 3.0 has that port.
configure() {
    if [ "$version" = 3.0 ]; then
        leases=/var/lib/kea/leases$1.csv
        more=", { \"library\": \"$hooks/libdhcp_host_cmds.so\" }, { \"library\": \"$hooks/libdhcp_subnet_cmds.so\" }"
        [ "$hosts" = file ] || more="$more, { \"library\": \"$hooks/libdhcp_pgsql.so\" }"
        control="\"control-sockets\": [ { \"socket-type\": \"unix\", \"socket-name\": \"/run/kea/ctrl$1.sock\" }, { \"socket-type\": \"http\", \"socket-address\": \"127.0.0.1\", \"socket-port\": $2, $tls
          \"authentication\": { \"type\": \"basic\", \"realm\": \"kea\", \"clients\": [ { \"user\": \"foreman\", \"password\": \"kea-lab\" } ] } } ],"
    else
        leases=$dir/leases$1.csv
        more=
        control="\"control-socket\": { \"socket-type\": \"unix\", \"socket-name\": \"$sockets/ctrl$1.sock\" },"
    fi
    python3 - "$here/dhcp$1.conf.in" "$confs/kea-dhcp$1.conf" "@INTERFACE@=$interface" "@ON@=$on" "@CONTROL@=$control $database" \
        "@LEASES@=$leases" "@HOOKS@=$hooks" "@MOREHOOKS@=$more" <<'PYTHON'
import sys
text = open(sys.argv[1]).read()
for pair in sys.argv[3:]:
    text = text.replace(*pair.split('=', 1))
open(sys.argv[2], 'w').write(text)
PYTHON
}

if [ "$version" = 3.0 ]; then confs=$dir/etc sockets=$dir/run; else confs=$dir sockets=$dir port6=$port; fi
families=4
[ -z "${KEA_DHCP6:-}" ] || families="4 6"
configure 4 "$port"
[ "$families" = 4 ] || configure 6 "$port6"
for family in $families; do
    "$here/daemon.sh" "$dir" "$version" "$family"
done
if [ "$version" = 2.2 ]; then
    sed -e "s#@DIR@#$dir#g" -e "s#@PORT@#$port#g" -e "s#@TLS@#$tls#g" "$here/ctrl-agent.conf.in" >"$dir/kea-ctrl-agent.conf"
    KEA_PIDFILE_DIR=$dir KEA_LOCKFILE_DIR=$dir kea-ctrl-agent -c "$dir/kea-ctrl-agent.conf" >"$dir/agent.log" 2>&1 </dev/null &
    echo $! >"$dir/agent.pid"
fi
scheme=http with=
[ "$kind" != tls ] || { scheme=https; with="--cacert $dir/tls/ca.pem --cert $dir/tls/client.pem --key $dir/tls/client.key"; }
if [ -n "${KEA_NETNS:-}" ] && [ "$version" = 3.0 ]; then inside="ip netns exec $KEA_NETNS"; else inside=; fi
# answers FAMILY PORT: waits until it does.
answers() {
    tries=0
    # shellcheck disable=SC2086 # words
    until $inside curl -sf -m 2 --noproxy '*' $with -u foreman:kea-lab -H 'Content-Type: application/json' \
        -d "{\"command\":\"version-get\",\"service\":[\"dhcp$1\"]}" "$scheme://127.0.0.1:$2/" 2>/dev/null | grep -q '"result": *0'; do
        tries=$((tries + 1))
        if [ "$tries" -ge 100 ]; then
            echo "kea-dhcp$1 does not answer on port $2; its logs:" >&2
            tail -n 20 "$dir"/*.log >&2
            exit 1
        fi
        sleep 0.1
    done
}
answers 4 "$port"
echo "url=$scheme://127.0.0.1:$port/"
echo "socket=$sockets/ctrl4.sock"
echo "sql=$sql"
echo "user=foreman"
echo "password=kea-lab"
echo "dir=$dir"
echo "conf=$confs/kea-dhcp4.conf"
echo "pid=$(cat "$dir/dhcp4.pid")"
[ "$families" = 4 ] || {
    answers 6 "$port6"
    echo "url6=$scheme://127.0.0.1:$port6/"
    echo "socket6=$sockets/ctrl6.sock"
    echo "conf6=$confs/kea-dhcp6.conf"
}
