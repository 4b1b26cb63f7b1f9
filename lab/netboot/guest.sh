#!/bin/sh
# guest.sh DIR MAC bios|uefi|uefi-http SECONDS: boots a computer without a disk in the network that start.sh made under DIR, and waits
# until it has switched itself off. Its serial console is in DIR/console. Exit status 1 when it takes longer.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../common.sh"
dir=$1 mac=$2 firmware=$3 seconds=$4
namespace=$(cat "$dir/namespace")
: >"$dir/console"
set -- -machine q35,accel=tcg,graphics=off -m 512 -smp 1 -nodefaults -display none -no-reboot
card=virtio-net-pci,netdev=lan,mac=$mac,bootindex=1
if [ "$firmware" != bios ]; then
    cp /usr/share/OVMF/OVMF_VARS_4M.fd "$dir/variables"
    set -- "$@" -drive if=pflash,format=raw,readonly=on,file=/usr/share/OVMF/OVMF_CODE_4M.fd \
        -drive if=pflash,format=raw,file="$dir/variables"
    card=$card,romfile= # the firmware's own network boot, not iPXE's
fi
if [ "$firmware" = uefi-http ]; then
    # PXE comes first and is tried for more than a minute, over either IP
    set -- "$@" -fw_cfg name=opt/org.tianocore/IPv4PXESupport,string=n -fw_cfg name=opt/org.tianocore/IPv6PXESupport,string=n
fi
ip netns exec "$namespace" qemu-system-x86_64 "$@" -netdev tap,id=lan,ifname=guest,script=no,downscript=no -device "$card" \
    -device virtio-rng-pci -serial "file:$dir/console" >"$dir/guest.log" 2>&1 </dev/null &
guest=$!
echo $guest >"$dir/guest.pid"
left=$((seconds * 5))
while kill -0 $guest 2>/dev/null; do
    left=$((left - 1))
    if [ $left -le 0 ]; then
        echo "the guest has not switched itself off within $seconds s" >&2
        stop_server "$dir/guest.pid" '^[^ ]*qemu-system'
        exit 1
    fi
    sleep 0.2
done
rm -f "$dir/guest.pid"
