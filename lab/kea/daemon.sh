#!/bin/sh
# daemon.sh DIR [2.2|3.0] [4|6]: starts kea-dhcp4 or kea-dhcp6 alone, with the configuration that start.sh or config-write left
# under DIR. For tests that restart it: nothing is waited for.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../common.sh"
dir=$(cd "$1" && pwd)
family=${3:-4}
stop_server "$dir/dhcp$family.pid" "kea-dhcp$family"
# One that was killed and is not reaped yet still counts as running.
rm -f "$dir/kea-dhcp$family".*.pid "$dir/run/kea-dhcp$family".*.pid
in=
[ -z "${KEA_NETNS:-}" ] || in="ip netns exec $KEA_NETNS"
if [ "${2:-2.2}" = 3.0 ]; then
    root=$("$here/install.sh" --print)
    mkdir -p "$root/run/kea" "$root/var/lib/kea" "$root/etc/kea"
    # 3.0 insists on its own directories: each instance has them from its DIR, in a mount namespace.
    # shellcheck disable=SC2016,SC2086 # expanded inside; words
    $in unshare --mount sh -ec '
        mount --bind "$1/run" "$2/run/kea"; mount --bind "$1/lib" "$2/var/lib/kea"; mount --bind "$1/etc" "$2/etc/kea"
        exec chroot "$2" "/usr/sbin/kea-dhcp$3" -c "/etc/kea/kea-dhcp$3.conf"' sh "$dir" "$root" "$family" >>"$dir/dhcp$family.log" 2>&1 </dev/null &
else
    # shellcheck disable=SC2086 # words
    KEA_PIDFILE_DIR=$dir KEA_LOCKFILE_DIR=$dir KEA_DHCP_DATA_DIR=$dir \
        $in "kea-dhcp$family" -c "$dir/kea-dhcp$family.conf" >>"$dir/dhcp$family.log" 2>&1 </dev/null &
fi
echo $! >"$dir/dhcp$family.pid"
