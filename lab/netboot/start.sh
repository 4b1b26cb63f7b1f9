#!/bin/sh
# start.sh DIR: starts, under DIR and in a network namespace of its own, the dhcpd of lab/dhcpd for 192.0.2.0/24 and a server at
# http://192.0.2.1:8123/ that notes each call in DIR/calls. Prints what lab/dhcpd/start.sh prints.
# Exit status 3: this user or kernel has no network namespaces.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
PATH=$PATH:/usr/sbin:/sbin
mkdir -p "$1"
dir=$(cd "$1" && pwd)
"$here/stop.sh" "$dir"
# what UEFI HTTP boot wants to hear, as Foreman's installer configures it
cat >"$dir/dhcpd.extra" <<'END'
class "httpclients" {
	match if substring(option vendor-class-identifier, 0, 10) = "HTTPClient";
	option vendor-class-identifier "HTTPClient";
}
END
DHCPD_EXTRA="$dir/dhcpd.extra" "$here/../dhcpd/start.sh" "$dir"
"$here/install.sh" >&2
namespace=$(cat "$dir/namespace")
ip -n "$namespace" tuntap add guest mode tap
ip -n "$namespace" link set guest master lan
ip -n "$namespace" link set guest up
: >"$dir/calls"
ip netns exec "$namespace" python3 "$here/callback.py" 192.0.2.1 8123 "$dir/calls" >"$dir/callback.log" 2>&1 </dev/null &
echo $! >"$dir/callback.pid"
