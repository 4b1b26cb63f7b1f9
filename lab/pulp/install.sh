#!/bin/sh
# install.sh: installs Pulp 3 with its clients from PyPI, PostgreSQL, rpmbuild and skopeo from Debian, for the tests; starts no service. Does nothing
# when all is present. The environment and a database with Pulp's tables are made once and kept in $SMART_PROXY_LAB, else
# /var/cache/smart-proxy-lab (0.4 GB).
#   --print  only says where they are, or would be: venv, postgres
set -eu
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../common.sh"
lab=${SMART_PROXY_LAB:-/var/cache/smart-proxy-lab}
# the name changes with what is in it, so that an old one is not taken
root=$lab/pulp-$(cat "$here/requirements.txt" "$here/settings.py.in" "$here/../postgres/start.sh" | cksum | cut -d' ' -f1)
[ "${1:-}" != --print ] || { echo "$root"; exit 0; }

"$here/../postgres/install.sh"
present() {
    for program in skopeo rpmbuild openssl curl ip flock; do
        command -v "$program" >/dev/null || return 1
    done
    "$python" -c 'import sys, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}
python=/usr/bin/python3
present || debian_install python3 python3-venv skopeo rpm openssl curl iproute2 || true
present || {
    echo "Pulp needs Python 3.11 with venv, skopeo, rpmbuild, openssl, curl, ip and flock" \
        "(Debian: python3 python3-venv skopeo rpm openssl curl iproute2)" >&2
    exit 1
}
[ ! -e "$root/complete" ] || exit 0

# Its programs name their interpreter by its path, so it is made in its place; nobody takes half of it.
mkdir -p "$lab"
exec 9>"$lab/pulp.lock"
flock 9
[ ! -e "$root/complete" ] || exit 0
echo "Making a Pulp 3 in $root ..." >&2
rm -rf "$root"
mkdir -p "$root"
work=$(mktemp -d "$lab/new.XXXXXX")
trap '"$here/../postgres/stop.sh" "$work" data; rm -rf "$work"' EXIT
log=$lab/pulp-install.log
{
    "$python" -m venv "$root/venv"
    # drf-access-policy has no wheel
    "$root/venv/bin/pip" install -q --disable-pip-version-check --no-deps --only-binary :all: --no-binary drf-access-policy \
        -r "$here/requirements.txt"
    "$root/venv/bin/pip" check
} >"$log" 2>&1 </dev/null || { tail -n 20 "$log" >&2; exit 1; }

FSYNC=off "$here/../postgres/start.sh" "$work" >"$work/words" 9>&-
data=$(sed -n 's/^data=//p' "$work/words")
port=$(sed -n 's/^port=//p' "$work/words")
PGPASSWORD=postgres-lab psql -q -h "$data" -p "$port" -U postgres -c "CREATE ROLE pulp LOGIN PASSWORD 'pulp'" \
    -c 'CREATE DATABASE pulp OWNER pulp' >>"$log" 2>&1
"$here/settings.sh" "$work/pulp" "$data" "$port" pulp http://127.0.0.1
PULP_SETTINGS=$work/pulp/settings.py "$root/venv/bin/python" - >>"$log" 2>&1 <<'PYTHON' || { tail -n 20 "$log" >&2; exit 1; }
import os
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pulpcore.app.settings")
import django
django.setup()
from django.core.management import call_command
call_command("migrate", interactive=False, verbosity=0)
call_command("reset-admin-password", password="password")
PYTHON
"$here/../postgres/stop.sh" "$work"
mv "$data" "$root/postgres"
touch "$root/complete"
