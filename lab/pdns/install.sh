#!/bin/sh
# Installs PowerDNS with its SQLite backend for the tests. Does nothing when they are present; starts no service.
set -eu
PATH=$PATH:/usr/sbin:/sbin
schema=/usr/share/pdns-backend-sqlite3/schema/schema.sqlite3.sql
present() {
    for program in pdns_server pdnsutil dig curl python3; do
        command -v "$program" >/dev/null || return 1
    done
    [ -r "$schema" ]
}
present && exit 0
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    echo "PowerDNS is missing: install pdns_server with its SQLite backend, dig, curl, python3" \
        "(Debian: pdns-server pdns-backend-sqlite3 bind9-dnsutils curl python3)" >&2
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
    pdns-server pdns-backend-sqlite3 bind9-dnsutils curl python3 >/dev/null
present || { echo "pdns-server and pdns-backend-sqlite3 are installed, but not all programs are there" >&2; exit 1; }
