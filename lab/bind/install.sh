#!/bin/sh
# Installs BIND 9 and its tools for the tests. Does nothing when they are present; starts no service.
set -eu
. "$(dirname "$0")/../common.sh"
present() {
    for program in named named-checkconf dig nsupdate tsig-keygen; do
        command -v "$program" >/dev/null || return 1
    done
}
present && exit 0
debian_install bind9 bind9-utils bind9-dnsutils || true
present || {
    echo "BIND 9 is missing: install named, dig and nsupdate" \
        "(Debian: bind9 bind9-utils bind9-dnsutils; Fedora: bind bind-utils)" >&2
    exit 1
}
