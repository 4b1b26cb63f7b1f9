#!/bin/sh
# client.sh DIR MAC udhcpc|dhclient: asks the dhcpd that start.sh started under DIR for an address, as a host with that MAC on its
# network. Prints one line: "ip=... server=... file=... host=...".
set -eu
here=$(cd "$(dirname "$0")" && pwd)
PATH=$PATH:/usr/sbin:/sbin
dir=$1 mac=$2 client=${3:-udhcpc}
server=$(cat "$dir/namespace")
namespace=$server-client
work=$(mktemp -d)
cleanup() {
    ip netns del "$namespace" 2>/dev/null || true
    rm -rf "$work"
}
cleanup
mkdir -p "$work"
ip netns add "$namespace"
trap cleanup EXIT
ip link add eth0 address "$mac" netns "$namespace" type veth peer name client netns "$server"
ip -n "$server" link set client master lan
ip -n "$server" link set client up
ip -n "$namespace" link set lo up
ip -n "$namespace" link set eth0 up
cat >"$work/udhcpc.sh" <<'END'
#!/bin/sh
[ "$1" != bound ] || echo "ip=$ip server=$siaddr file=$boot_file host=$hostname"
END
cat >"$work/dhclient.sh" <<'END'
#!/bin/sh
[ "$reason" != BOUND ] || echo "ip=$new_ip_address server=$new_next_server file=$new_filename host=$new_host_name"
END
chmod +x "$work"/*.sh
if [ "$client" = udhcpc ]; then
    ip netns exec "$namespace" udhcpc -i eth0 -n -q -f -t 10 -T 1 -O hostname -s "$work/udhcpc.sh" 2>"$work/log" ||
        { cat "$work/log" >&2; exit 1; }
else
    : >"$work/out" # the one that waits may be sooner than the one that writes
    echo 'also request host-name;' >"$work/dhclient.conf"
    ip netns exec "$namespace" dhclient -1 -d -sf "$work/dhclient.sh" -lf "$work/leases" -pf "$work/pid" -cf "$work/dhclient.conf" \
        eth0 >"$work/out" 2>"$work/log" &
    pid=$!
    tries=0
    until grep -q '^ip=' "$work/out"; do
        tries=$((tries + 1))
        [ "$tries" -lt 200 ] || { cat "$work/log" >&2; kill "$pid"; exit 1; }
        sleep 0.1
    done
    kill "$pid"
    wait "$pid" 2>/dev/null || true
    cat "$work/out"
fi
