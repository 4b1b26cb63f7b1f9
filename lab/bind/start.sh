#!/bin/sh
# start.sh [DIR] [PORT]: starts a BIND of its own under DIR on 127.0.0.1 and ::1, port PORT (default: a free high port), with
# fresh zones unless DIR holds some already. Prints "port=..." and "dir=...". With KEEP=1 existing zones are kept (restart).
set -eu
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../common.sh"
"$here/install.sh"
mkdir -p "${1:-$here/target}"
dir=$(cd "${1:-$here/target}" && pwd)
"$here/stop.sh" "$dir"

free_port() {
    # two neighbours: DNS, and control right above it
    seed=$$
    while :; do
        seed=$(((seed * 1103515245 + 12345) % 2147483648))
        candidate=$((20000 + seed % 6000 / 2 * 2))
        taken=$(cat /proc/net/udp /proc/net/udp6 /proc/net/tcp /proc/net/tcp6 2>/dev/null |
            awk -v a="$(printf ':%04X' "$candidate")" -v b="$(printf ':%04X' $((candidate + 1)))" \
                'substr($2, length($2) - 4) == a || substr($2, length($2) - 4) == b { print; exit }')
        [ -z "$taken" ] && echo "$candidate" && return
    done
}
port=${2:-$(free_port)}

if [ "${KEEP:-0}" != 1 ] || [ ! -d "$dir/zones" ]; then
    rm -rf "$dir/zones" "$dir/keys"
    mkdir -p "$dir/zones" "$dir/keys"
    for zone in example.com sub.example.com locked.example.net 2.0.192.in-addr.arpa 127.in-addr.arpa 8.b.d.0.1.0.0.2.ip6.arpa; do
        {
            printf '$TTL 300\n'
            printf '@ IN SOA ns.example.com. hostmaster.example.com. 1 3600 600 86400 60\n'
            printf '@ IN NS ns.example.com.\n'
        } >"$dir/zones/$zone"
    done
    {
        echo 'ns IN A 127.0.0.1'
        echo 'sub IN NS ns.example.com.'
        echo 'elsewhere IN NS ns.elsewhere.example.org.'
    } >>"$dir/zones/example.com"
    echo 'there IN A 192.0.2.99' >>"$dir/zones/locked.example.net"
fi

# Secrets of this lab only; each at least as long as the digest.
key() {
    printf 'key "%s" {\n\talgorithm %s;\n\tsecret "%s";\n};\n' "$1" "$2" "$3" >"$dir/keys/$1.key"
    cat "$dir/keys/$1.key" >>"$dir/keys.conf.new"
}
mkdir -p "$dir/keys"
: >"$dir/keys.conf.new"
long=bGFib25seWxhYm9ubHlsYWJvbmx5bGFib25seWxhYm9ubHlsYWJvbmx5bGFib25seWxhYm9ubHlsYWJvbmx5bGE=
key md5 hmac-md5 bGFib25seWxhYm9ubHlsYQ==
for bits in 1 224 256 384 512; do
    key "sha$bits" "hmac-sha$bits" "$long"
done
key sha256-128 hmac-sha256-128 "$long"
key sha512-256 hmac-sha512-256 "$long"
key powerless hmac-sha256 "$long"
mv "$dir/keys.conf.new" "$dir/keys.conf"

sed -e "s#@DIR@#$dir#g" -e "s#@PORT@#$port#g" "$here/named.conf.in" >"$dir/named.conf"
echo "$port" >"$dir/port"
named-checkconf -z "$dir/named.conf" >"$dir/check.log" 2>&1 || { cat "$dir/check.log" >&2; exit 1; }
# -g keeps the process in the foreground, so that its id is known, and its log in a file
named -g -n 2 -c "$dir/named.conf" >"$dir/named.log" 2>&1 </dev/null &
echo $! >"$dir/named.pid"
tries=0
until dig +time=1 +tries=1 +short -p "$port" @127.0.0.1 example.com SOA 2>/dev/null | grep -q hostmaster; do
    tries=$((tries + 1))
    if [ "$tries" -ge 100 ] || ! kill -0 "$(cat "$dir/named.pid")" 2>/dev/null; then
        echo "BIND does not answer on port $port; its log:" >&2
        tail -n 20 "$dir/named.log" >&2
        exit 1
    fi
    sleep 0.1
done
echo "port=$port"
echo "dir=$dir"
