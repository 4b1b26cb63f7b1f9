#!/bin/sh
# Installs ISC dhcpd, two DHCP clients and ip for the tests. Does nothing when they are present; starts no service.
set -eu
PATH=$PATH:/usr/sbin:/sbin
present() {
    for program in dhcpd omshell dhclient udhcpc ip ss; do
        command -v "$program" >/dev/null || return 1
    done
}
present && exit 0
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    echo "ISC dhcpd is missing: install dhcpd, omshell, dhclient, udhcpc, ip and ss" \
        "(Debian: isc-dhcp-server isc-dhcp-client udhcpc iproute2; Fedora: dhcp-server dhcp-client busybox iproute)" >&2
    exit 1
fi
# Debian starts a service as soon as it is installed, unless this file forbids it.
if [ ! -e /usr/sbin/policy-rc.d ]; then
    printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d
    chmod 755 /usr/sbin/policy-rc.d
    trap 'rm -f /usr/sbin/policy-rc.d' EXIT
fi
export DEBIAN_FRONTEND=noninteractive
apt-get -qq -o DPkg::Lock::Timeout=300 update
apt-get -qq -o DPkg::Lock::Timeout=300 install -y --no-install-recommends \
    isc-dhcp-server isc-dhcp-client udhcpc iproute2 >/dev/null
present || { echo "packages of ISC dhcpd are installed, but not all programs are there" >&2; exit 1; }
