#!/bin/sh
# settings.sh DIR PGHOST PGPORT DATABASE ORIGIN: writes the settings of a Pulp under DIR, its keys and directories.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$1"
dir=$(cd "$1" && pwd)
mkdir -p "$dir/media" "$dir/tmp" "$dir/assets" "$dir/import"
if [ ! -e "$dir/token.pem" ]; then
    openssl rand -base64 32 | tr '+/' '-_' >"$dir/database.key"
    openssl ecparam -genkey -name prime256v1 -noout -out "$dir/token.key"
    openssl ec -in "$dir/token.key" -pubout -out "$dir/token.pem" 2>/dev/null
fi
sed -e "s#@DIR@#$dir#g" -e "s#@PGHOST@#$2#" -e "s#@PGPORT@#$3#" -e "s#@DATABASE@#$4#" -e "s#@ORIGIN@#$5#g" \
    "$here/settings.py.in" >"$dir/settings.py"
