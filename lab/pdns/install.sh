#!/bin/sh
# Installs PowerDNS with its SQLite backend for the tests. Does nothing when they are present; starts no service.
set -eu
. "$(dirname "$0")/../common.sh"
present() {
    for program in pdns_server pdnsutil dig curl python3; do
        command -v "$program" >/dev/null || return 1
    done
    [ -r /usr/share/pdns-backend-sqlite3/schema/schema.sqlite3.sql ]
}
present && exit 0
debian_install pdns-server pdns-backend-sqlite3 bind9-dnsutils curl python3 || true
present || {
    echo "PowerDNS is missing: install pdns_server with its SQLite backend, dig, curl, python3" \
        "(Debian: pdns-server pdns-backend-sqlite3 bind9-dnsutils curl python3)" >&2
    exit 1
}
