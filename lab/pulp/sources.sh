#!/bin/sh
# sources.sh DIR: makes small repositories below DIR, without network: rpm (yum metadata), file (PULP_MANIFEST), image (an OCI layout, tag latest).
# WORD, in all of them, tells one set from another. With LARGE=N the files have one of N MiB, too.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../common.sh"
bin=$("$here/install.sh" --print)/venv/bin
word=${WORD:-lab}
mkdir -p "$1/rpm" "$1/file" "$1/image"
dir=$(cd "$1" && pwd)

for number in 1 2 3; do
    cat >"$dir/package.spec" <<SPEC
Name: $word-p$number
Version: 1.$number
Release: 1
Summary: Package $number
License: Apache-2.0
BuildArch: noarch
%description
A package to try with.
%install
mkdir -p %{buildroot}/usr/share/$word
echo $number > %{buildroot}/usr/share/$word/$number
%files
/usr/share/$word/$number
SPEC
    rpmbuild -bb --quiet --define "_topdir $dir/build" --define "_rpmdir $dir/rpm" \
        --define '_build_name_fmt %%{NAME}-%%{VERSION}-%%{RELEASE}.%%{ARCH}.rpm' "$dir/package.spec" >"$dir/rpmbuild.log" 2>&1 ||
        { cat "$dir/rpmbuild.log" >&2; exit 1; }
done
rm -rf "$dir/build" "$dir/package.spec"
"$bin/createrepo_c" -q "$dir/rpm"

for number in 1 2 3; do
    echo "$word $number" >"$dir/file/$number.txt"
done
[ -z "${LARGE:-}" ] || head -c "${LARGE}M" /dev/urandom >"$dir/file/large"
(cd "$dir/file" && for file in *; do
    echo "$file,$(sha256sum "$file" | cut -d' ' -f1),$(stat -c %s "$file")"
done) >"$dir/manifest"
mv "$dir/manifest" "$dir/file/PULP_MANIFEST"

python3 - "$dir/image" "$word" <<'PYTHON'
import gzip, hashlib, io, json, os, sys, tarfile

directory, word = sys.argv[1:]
os.makedirs(directory + '/blobs/sha256', exist_ok=True)


def blob(data):
    digest = hashlib.sha256(data).hexdigest()
    with open(f'{directory}/blobs/sha256/{digest}', 'wb') as file:
        file.write(data)
    return {'digest': 'sha256:' + digest, 'size': len(data)}


def json_blob(data):
    return blob(json.dumps(data).encode())


tar = io.BytesIO()
with tarfile.open(fileobj=tar, mode='w') as archive:
    entry = tarfile.TarInfo('word')
    entry.size = len(word)
    archive.addfile(entry, io.BytesIO(word.encode()))
oci = 'application/vnd.oci.image.'
config = json_blob({'architecture': 'amd64', 'os': 'linux', 'config': {},
                    'rootfs': {'type': 'layers', 'diff_ids': ['sha256:' + hashlib.sha256(tar.getvalue()).hexdigest()]}})
layer = blob(gzip.compress(tar.getvalue(), mtime=0))
manifest = json_blob({'schemaVersion': 2, 'mediaType': oci + 'manifest.v1+json',
                      'config': {'mediaType': oci + 'config.v1+json', **config},
                      'layers': [{'mediaType': oci + 'layer.v1.tar+gzip', **layer}]})
with open(directory + '/index.json', 'w') as file:
    json.dump({'schemaVersion': 2, 'manifests': [{'mediaType': oci + 'manifest.v1+json', **manifest,
               'annotations': {'org.opencontainers.image.ref.name': 'latest'}}]}, file)
with open(directory + '/oci-layout', 'w') as file:
    file.write('{"imageLayoutVersion":"1.0.0"}')
PYTHON
