#!/bin/sh
# cli.sh FIRST SECOND PKI IMPORT: pulp-cli against two Pulps through their gateways, told of no more than a base URL and a certificate.
# PKI has ca.pem, foreman.pem and foreman.key; IMPORT/sources is what sources.sh of lab/pulp made, where the first Pulp reads it.
# Says at last "done"; ends with another status at the first thing that is not as it should be.
set -eu
first=$1 second=$2 pki=$3 import=$4
export XDG_CONFIG_HOME="$PWD/config" XDG_CACHE_HOME="$PWD/cache" REQUESTS_CA_BUNDLE="$pki/ca.pem" NO_PROXY='*'
with() { url=$1; shift; pulp --base-url "$url" --cert "$pki/foreman.pem" --key "$pki/foreman.key" "$@" 2>>errors; }
p() { with "$first" "$@"; }
m() { with "$second" "$@"; }
value() { python3 -c 'import json, sys; print(eval(sys.argv[1], {"it": json.load(sys.stdin)}))' "$1"; }
get() { curl -sf -m 30 --noproxy '*' --cacert "$pki/ca.pem" "$@"; }
same() { [ "$1" = "$2" ] || { echo "not the same: '$1' and '$2'"; exit 1; }; }
trap 'status=$?; [ $status = 0 ] || tail -n 20 errors' EXIT
: >errors

echo "upload in chunks, publish, distribute, download"
same "$(p status | value 'len(it["online_workers"]) > 0')" True
p file repository create --name cli >/dev/null
head -c 3000000 /dev/urandom >big
p file content upload --repository cli --file big --relative-path big --chunk-size 1MB >/dev/null
publication=$(p file publication create --repository cli | value 'it["pulp_href"]')
p file distribution create --name cli --base-path cli --publication "$publication" >base
same "$(value 'it["base_url"]' <base)" "$first/pulp/content/cli/"
same "$(get "$first/pulp/content/cli/big" | sha256sum)" "$(sha256sum <big)"
same "$(get -r 1000-2023 "$first/pulp/content/cli/big" | sha256sum)" "$(tail -c +1001 big | head -c 1024 | sha256sum)"

echo "the second Pulp copies it"
m file remote create --name cli --url "$first/pulp/content/cli/PULP_MANIFEST" --ca-cert "@$pki/ca.pem" \
    --client-cert "@$pki/foreman.pem" --client-key "@$pki/foreman.key" --policy immediate >/dev/null
m file repository create --name cli --remote cli --autopublish >/dev/null
m file repository sync --name cli >/dev/null
m file distribution create --name cli --base-path cli --repository cli >/dev/null
same "$(get "$second/pulp/content/cli/big" | sha256sum)" "$(sha256sum <big)"

echo "packages, and on demand in the second"
p rpm remote create --name clirpm --url "file://$import/sources/rpm/" --policy immediate >/dev/null
p rpm repository create --name clirpm --remote clirpm --autopublish >/dev/null
p rpm repository sync --name clirpm >/dev/null
p rpm distribution create --name clirpm --base-path clirpm --repository clirpm >/dev/null
m rpm remote create --name clirpm --url "$first/pulp/content/clirpm/" --ca-cert "@$pki/ca.pem" --policy on_demand >/dev/null
m rpm repository create --name clirpm --remote clirpm --autopublish >/dev/null
m rpm repository sync --name clirpm >/dev/null
m rpm distribution create --name clirpm --base-path clirpm --repository clirpm >/dev/null
package=lab-p1-1.1-1.noarch.rpm
same "$(get "$second/pulp/content/clirpm/Packages/l/$package" | sha256sum)" "$(sha256sum <"$import/sources/rpm/$package")"

echo "cancel a task"
python3 -c '
import socket, threading
with socket.create_server(("127.0.0.1", 0)) as silent:
    print(silent.getsockname()[1], flush=True)
    threading.Event().wait()' >port &
trap 'status=$?; kill $!; [ $status = 0 ] || tail -n 20 errors' EXIT
until [ -s port ]; do sleep 0.1; done
m rpm remote update --name clirpm --url "http://127.0.0.1:$(cat port)/" >/dev/null
m -b rpm repository sync --name clirpm >/dev/null
task=$(m task list --name pulp_rpm.app.tasks.synchronizing.synchronize --state-in waiting --state-in running --limit 1 |
    value 'it[0]["pulp_href"]')
m task cancel --href "$task" >/dev/null
same "$(m task show --href "$task" | value 'it["state"]')" canceled

echo "clean up what belongs to nothing"
echo "belongs to nothing" >orphan
digest=$(sha256sum orphan | cut -d' ' -f1)
m artifact upload --file orphan >/dev/null
same "$(m artifact list --sha256 "$digest" | value 'len(it)')" 1
m orphan cleanup --protection-time 0 >/dev/null
same "$(m artifact list --sha256 "$digest" | value 'len(it)')" 0
same "$(get "$second/pulp/content/cli/big" | sha256sum)" "$(sha256sum <big)"
echo done
