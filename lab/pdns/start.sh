#!/bin/sh
# start.sh [DIR]: starts a PowerDNS of its own under DIR with fresh zones, on free high ports of 127.0.0.1. Prints
# "port=..." (DNS), "api=..." (address of its HTTP API), "key=..." (shown to the API in X-API-Key) and "dir=...".
set -eu
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../common.sh"
"$here/install.sh"
mkdir -p "${1:-$here/target}"
dir=$(cd "${1:-$here/target}" && pwd)
"$here/stop.sh" "$dir"
rm -f "$dir/pdns.sqlite3"* "$dir/pdns.log"
key=powerdns-lab # of this lab only

# shellcheck disable=SC2046 # two words
set -- $(free_ports 2)
port=$1 api=$2

python3 - "$dir/pdns.sqlite3" <<'PYTHON'
import sqlite3, sys
with sqlite3.connect(sys.argv[1]) as database:
    database.executescript(open('/usr/share/pdns-backend-sqlite3/schema/schema.sqlite3.sql').read())
PYTHON
sed -e "s#@DIR@#$dir#g" -e "s#@PORT@#$port#g" -e "s#@API@#$api#g" -e "s#@KEY@#$key#g" "$here/pdns.conf.in" >"$dir/pdns.conf"
for zone in example.com 2.0.192.in-addr.arpa 8.b.d.0.1.0.0.2.ip6.arpa; do
    pdnsutil --config-dir="$dir" create-zone "$zone" ns.example.com >"$dir/pdnsutil.log" 2>&1 ||
        { cat "$dir/pdnsutil.log" >&2; exit 1; }
done
pdns_server --config-dir="$dir" >"$dir/pdns.log" 2>&1 </dev/null &
echo $! >"$dir/pdns.pid"
tries=0
until curl -sf -m 2 -o /dev/null --noproxy '*' -H "X-API-Key: $key" "http://127.0.0.1:$api/api/v1/servers/localhost" &&
    dig +time=1 +tries=1 +short -p "$port" @127.0.0.1 example.com SOA 2>/dev/null | grep -q hostmaster; do
    tries=$((tries + 1))
    if [ "$tries" -ge 100 ] || ! kill -0 "$(cat "$dir/pdns.pid")" 2>/dev/null; then
        echo "PowerDNS does not answer on ports $port and $api; its log:" >&2
        tail -n 20 "$dir/pdns.log" >&2
        exit 1
    fi
    sleep 0.1
done
echo "port=$port"
echo "api=http://127.0.0.1:$api"
echo "key=$key"
echo "dir=$dir"
