#!/bin/sh
# Installs PostgreSQL for the tests. Does nothing when it is present; starts no service.
set -eu
. "$(dirname "$0")/../common.sh"
present() {
    for program in initdb postgres pg_isready psql; do
        ls /usr/lib/postgresql/*/bin/$program >/dev/null 2>&1 || command -v "$program" >/dev/null || return 1
    done
}
present && exit 0
debian_install postgresql postgresql-client || true
present || {
    echo "PostgreSQL is missing: install initdb, postgres, pg_isready and psql (Debian: postgresql postgresql-client; Fedora: postgresql-server)" >&2
    exit 1
}
