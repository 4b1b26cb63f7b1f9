#!/bin/sh
# lossy.sh start DIR PERCENT: makes a network of its own that loses so many of 100 packets, each way: a namespace with 200 client addresses.
# Prints "server=...", the host's address in it, "clients=...", the first client's, the others follow it, and "namespace=...".
# lossy.sh stop DIR: removes it. Exit status 3: this user or kernel has no network namespaces.
set -eu
PATH=$PATH:/usr/sbin:/sbin
dir=$2
stop() {
    if [ -s "$dir/namespace" ]; then
        namespace=$(cat "$dir/namespace")
        case $namespace in labtftp*) ip link del "$namespace" 2>/dev/null || true; ip netns del "$namespace" 2>/dev/null || true ;; esac
        rm -f "$dir/namespace"
    fi
}
mkdir -p "$dir"
stop
[ "$1" = start ] || exit 0
if [ "$(id -u)" != 0 ] || ! unshare -n true 2>/dev/null; then
    echo "a lossy network needs root and network namespaces" >&2
    exit 3
fi
"$(dirname "$0")/install.sh"
# Making a namespace is atomic, so its number is ours alone: addresses 198.19.N.0/24, a device of the same name.
number=0
until ip netns add "labtftp$number" 2>/dev/null; do
    number=$((number + 1))
    [ "$number" -le 255 ] || { echo "no namespace labtftp0 to labtftp255 is free" >&2; exit 1; }
done
namespace=labtftp$number
echo "$namespace" >"$dir/namespace"
ip link del "$namespace" 2>/dev/null || true
ip link add "$namespace" type veth peer name lan netns "$namespace"
ip addr add "198.19.$number.1/24" dev "$namespace"
ip link set "$namespace" up
host=2
while [ "$host" -le 201 ]; do
    echo "addr add 198.19.$number.$host/24 dev lan"
    host=$((host + 1))
done | ip -n "$namespace" -batch -
ip -n "$namespace" link set lan up
ip -n "$namespace" link set lo up
share=$(printf '0.%02d' "$3")
for chain in INPUT OUTPUT; do
    ip netns exec "$namespace" iptables -A "$chain" -p udp -m statistic --mode random --probability "$share" -j DROP
done
echo "server=198.19.$number.1"
echo "clients=198.19.$number.2"
echo "namespace=$namespace"
