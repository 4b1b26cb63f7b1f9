#!/bin/sh
# Installs BIND 9 and its tools for the tests. Does nothing when they are present; starts no service.
set -eu
present() {
    for program in named named-checkconf dig nsupdate tsig-keygen; do
        command -v "$program" >/dev/null || [ -x "/usr/sbin/$program" ] || return 1
    done
}
present && exit 0
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    echo "BIND 9 is missing: install named, dig and nsupdate (Debian: bind9 bind9-dnsutils; Fedora: bind bind-utils)" >&2
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
apt-get -qq -o DPkg::Lock::Timeout=300 install -y --no-install-recommends bind9 bind9-utils bind9-dnsutils >/dev/null
present || { echo "the packages bind9, bind9-utils and bind9-dnsutils are installed, but not all programs are there" >&2; exit 1; }
