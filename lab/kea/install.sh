#!/bin/sh
# install.sh [2.2|3.0|pgsql]: installs Kea for the tests and starts no service. Does nothing when it is present.
#   2.2  from Debian, kea-dhcp4 and kea-dhcp6: without the hook libraries host_cmds and subnet_cmds
#   3.0  in the root of a Debian 13, made once and kept in $SMART_PROXY_LAB, else /var/cache/smart-proxy-lab (0.4 GB)
#   pgsql  PostgreSQL for its hosts database
#   --print  only says where that root is, or would be
set -eu
. "$(dirname "$0")/../common.sh"
lab=${SMART_PROXY_LAB:-/var/cache/smart-proxy-lab}
inside=kea-dhcp4-server,kea-dhcp6-server,kea-admin
# the name changes with what is in it, so that an old one is not taken
root=$lab/trixie-$(printf %s "$inside" | cksum | cut -d' ' -f1)
[ "${1:-}" != --print ] || { echo "$root"; exit 0; }

present() {
    for program in kea-dhcp4 kea-dhcp6 kea-ctrl-agent kea-admin curl openssl python3 udhcpc dhclient ip flock; do
        command -v "$program" >/dev/null || return 1
    done
}
packages="kea-dhcp4-server kea-dhcp6-server kea-ctrl-agent kea-admin curl openssl python3 udhcpc isc-dhcp-client iproute2"
# shellcheck disable=SC2086 # words
present || debian_install $packages || true
present || {
    echo "Kea is missing: install kea-dhcp4, kea-dhcp6, kea-ctrl-agent, kea-admin, curl, openssl, python3, udhcpc, dhclient, ip, flock" \
        "(Debian: $packages)" >&2
    exit 1
}
if [ "${1:-}" = pgsql ]; then
    ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 && exit 0
    # Debian would make and start a cluster of its own.
    [ -e /etc/postgresql-common/createcluster.conf ] || {
        mkdir -p /etc/postgresql-common
        echo 'create_main_cluster = false' >/etc/postgresql-common/createcluster.conf
    }
    debian_install postgresql || { echo "PostgreSQL is missing (Debian: postgresql)" >&2; exit 1; }
    exit 0
fi
[ "${1:-2.2}" = 3.0 ] || exit 0

[ ! -d "$root" ] || exit 0
command -v debootstrap >/dev/null || debian_install debootstrap || {
    echo "Kea 3.0 needs root on Debian and debootstrap" >&2
    exit 1
}
mkdir -p "$lab"
# Of several that want it at once one makes it; else the second would be moved into the first.
exec 9>"$lab/kea.lock"
flock 9
[ ! -d "$root" ] || exit 0
new=$(mktemp -d "$lab/new.XXXXXX")
trap 'rm -rf "$new"' EXIT
echo "Making a Debian trixie with Kea 3.0 in $root ..." >&2
log=$lab/kea-debootstrap.log
{
    debootstrap --variant=minbase --include=ca-certificates trixie "$new"
    sed 's/ trixie / trixie-backports /' "$new/etc/apt/sources.list" >"$new/etc/apt/sources.list.d/backports.list"
    printf '#!/bin/sh\nexit 101\n' >"$new/usr/sbin/policy-rc.d"
    chmod 755 "$new/usr/sbin/policy-rc.d"
    cp /etc/resolv.conf "$new/etc/"
    echo force-unsafe-io >"$new/etc/dpkg/dpkg.cfg.d/lab"
    chroot "$new" apt-get -qq update
    # shellcheck disable=SC2046 # words
    DEBIAN_FRONTEND=noninteractive chroot "$new" apt-get -qq install -y --no-install-recommends -t trixie-backports \
        $(echo "$inside" | tr ',' ' ')
} >"$log" 2>&1 </dev/null || { tail -n 20 "$log" >&2; exit 1; }
rm -rf "$new"/var/cache/apt/archives/*.deb "$new"/var/lib/apt/lists/*
chmod 755 "$new"
mv "$new" "$root"
