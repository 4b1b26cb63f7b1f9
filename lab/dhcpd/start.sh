#!/bin/sh
# start.sh [DIR] [ALGORITHM]: starts an ISC dhcpd of its own under DIR, in a network namespace of its own, with an empty leases
# file. ALGORITHM of its OMAPI key: hmac-md5 (default), hmac-sha1, hmac-sha256, hmac-sha512. Prints "address=...", where its OMAPI
# is reached on port 7911, "namespace=..." and "dir=...". With KEEP=1 it is started again where it was, with the leases it had.
# DHCPD_EXTRA names a file with more lines for its configuration.
# Exit status 3: this user or kernel has no network namespaces.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
PATH=$PATH:/usr/sbin:/sbin
mkdir -p "${1:-$here/target}"
dir=$(cd "${1:-$here/target}" && pwd)
algorithm=${2:-hmac-md5}
if [ "$(id -u)" != 0 ] || ! unshare -n true 2>/dev/null; then
    echo "dhcpd needs root and network namespaces" >&2
    exit 3
fi
"$here/install.sh"

if [ "${KEEP:-0}" = 1 ] && [ -s "$dir/namespace" ] && ip netns pids "$(cat "$dir/namespace")" >/dev/null 2>&1; then
    "$here/stop.sh" "$dir" keep
    namespace=$(cat "$dir/namespace")
else
    "$here/stop.sh" "$dir"
    rm -f "$dir"/dhcpd.leases* "$dir/namespace"
    # Making a namespace is atomic, so its number is ours alone: addresses 198.18.N.0/30, a device of the same name.
    number=0
    until ip netns add "labdhcp$number" 2>/dev/null; do
        number=$((number + 1))
        [ "$number" -le 255 ] || { echo "no namespace labdhcp0 to labdhcp255 is free" >&2; exit 1; }
    done
    namespace=labdhcp$number
    echo "$namespace" >"$dir/namespace"
    echo "198.18.$number.2" >"$dir/address"
    ip link del "$namespace" 2>/dev/null || true
    ip link add "$namespace" type veth peer name omapi netns "$namespace"
    ip addr add "198.18.$number.1/30" dev "$namespace"
    ip link set "$namespace" up
    ip -n "$namespace" addr add "198.18.$number.2/30" dev omapi
    ip -n "$namespace" link set omapi up
    ip -n "$namespace" link set lo up
    # the network that is served
    ip -n "$namespace" link add lan type bridge
    ip -n "$namespace" addr add 192.0.2.1/24 dev lan
    ip -n "$namespace" link set lan up
    : >"$dir/dhcpd.leases"
    # Secret of this lab only, as long as the longest digest.
    secret=bGFib25seWxhYm9ubHlsYWJvbmx5bGFib25seWxhYm9ubHlsYWJvbmx5bGFib25seWxhYm9ubHlsYWJvbmx5bGE=
    sed -e "s#@DIR@#$dir#g" -e "s#@ALGORITHM@#$algorithm#g" -e "s#@SECRET@#$secret#g" "$here/dhcpd.conf.in" >"$dir/dhcpd.conf"
    [ -z "${DHCPD_EXTRA:-}" ] || cat "$DHCPD_EXTRA" >>"$dir/dhcpd.conf"
    echo "$secret" >"$dir/secret"
fi

# -f keeps the process in the foreground, so that its id is known, and -d its log in a file
ip netns exec "$namespace" dhcpd -4 -f -d -cf "$dir/dhcpd.conf" -lf "$dir/dhcpd.leases" lan >>"$dir/dhcpd.log" 2>&1 </dev/null &
echo $! >"$dir/dhcpd.pid"
tries=0
until ip netns exec "$namespace" ss -Hlnt 'sport = :7911' 2>/dev/null | grep -q 7911; do
    tries=$((tries + 1))
    if [ "$tries" -ge 100 ] || ! kill -0 "$(cat "$dir/dhcpd.pid")" 2>/dev/null; then
        echo "dhcpd does not listen; its log:" >&2
        tail -n 20 "$dir/dhcpd.log" >&2
        exit 1
    fi
    sleep 0.1
done
echo "address=$(cat "$dir/address")"
echo "namespace=$namespace"
echo "dir=$dir"
