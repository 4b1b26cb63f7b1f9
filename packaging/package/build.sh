#!/bin/sh
# Makes the .deb and the .rpm from the built tree. Maven calls it in the phase package; what has no tool here is named and left out.
#
#   build.sh TREE VERSION TIME OUT     TIME, such as 2026-01-01T00:00:00Z, is that of all files: same input, same bytes
#
# Libraries of one machine in lib/native make a package for that machine; of several, a package for each; none, one for all.
set -eu
umask 022
here=$(cd -- "$(dirname -- "$0")" && pwd)
tree=$1 version=$(printf %s "$2" | sed 's/-SNAPSHOT$/~SNAPSHOT/') out=$4
SOURCE_DATE_EPOCH=$(date -u -d "$3" +%s)
export SOURCE_DATE_EPOCH
# of these alone the packages are made, never of what the caller's locale or zone would add
LC_ALL=C TZ=UTC
export LC_ALL TZ

rm -rf "$out"
mkdir -p "$out"
out=$(cd -- "$out" && pwd)
if [ ! -e "$tree/bom.json" ]; then
  echo "No bom.json in $tree, Maven makes it only when it is not offline (-o): no packages are made"
  exit 0
fi
work=$(mktemp -d "$out/work.XXXXXX")
trap 'rm -rf "$work"' EXIT

# The ELF header's machine, in Debian's word.
machine_of() {
  case $(od -An -tx1 -j18 -N2 -- "$1" | tr -d ' ') in
  3e00) echo amd64 ;;
  b700) echo arm64 ;;
  *) echo "$1: not a library of a machine that is supported" >&2; return 1 ;;
  esac
}

libraries() { find "$tree/lib" -name '*.so' | sort; }

machines() {
  libraries | while read -r library; do machine_of "$library"; done | sort -u | grep . || echo all
}

# stage DIRECTORY MACHINE: the files of the package, as they lie on a host
stage() {
  root=$1 home=$1/usr/share/foreman-proxy doc=$1/usr/share/doc/smart-proxy
  install -d "$home" "$doc" "$root/usr/sbin" "$root/usr/lib/systemd/system" "$root/usr/share/man/man8" \
    "$root/etc/foreman-proxy/settings.d" "$root/etc/default" "$root/etc/logrotate.d" \
    "$root/var/lib/foreman-proxy" "$root/var/log/foreman-proxy" "$root/var/cache/foreman-proxy"
  cp -R "$tree/." "$home"
  # not named config: there the Ruby package has links into /etc, through which these would overwrite the settings
  mv "$home/config" "$home/samples"
  libraries | while read -r library; do
    [ "$(machine_of "$library")" = "$2" ] || rm -- "$home/${library#"$tree/"}"
  done
  if [ -d "$home/lib/native" ]; then find "$home/lib/native" -depth -type d -empty -delete; fi
  find "$home" -type f -exec chmod 644 {} +
  find "$home" -type d -exec chmod 755 {} +
  chmod 755 "$home"/bin/*
  ln -s ../share/foreman-proxy/bin/smart-proxy "$root/usr/sbin/smart-proxy"
  install -m 644 "$here/../systemd/foreman-proxy.service" "$root/usr/lib/systemd/system/"
  install -m 644 "$here/default" "$root/etc/default/foreman-proxy"
  install -m 644 "$here/logrotate" "$root/etc/logrotate.d/foreman-proxy"
  install -m 644 "$here/copyright" "$doc/copyright"
  sed "s/@VERSION@/$version/; s/@DATE@/$(date -u -R -d "@$SOURCE_DATE_EPOCH")/" "$here/changelog" | gzip -9n >"$doc/changelog.gz"
  sed "s/@VERSION@/$version/" "$here/smart-proxy.8" | gzip -9n >"$root/usr/share/man/man8/smart-proxy.8.gz"
}

# deb STAGED MACHINE
deb() {
  root=$work/deb
  cp -a "$1" "$root"
  mkdir "$root/lib" "$root/DEBIAN"
  mv "$root/usr/lib/systemd" "$root/lib/" # where Debian 12 wants it
  rmdir "$root/usr/lib"
  install -D -m 644 "$here/deb/lintian-overrides" "$root/usr/share/lintian/overrides/smart-proxy"
  size=$(du -k --apparent-size -s "$root" | cut -f1)
  if [ "$2" = all ]; then libc=; else libc=', libc6'; fi
  sed "s/@VERSION@/$version/; s/@MACHINE@/$2/; s/@SIZE@/$size/; s/@LIBC@/$libc/" "$here/deb/control" >"$root/DEBIAN/control"
  install -m 644 "$here/deb/conffiles" "$here/deb/triggers" "$root/DEBIAN/"
  install -m 755 "$here/deb/postinst" "$here/deb/prerm" "$here/deb/postrm" "$root/DEBIAN/"
  (cd "$root" && find etc lib usr -type f ! -path 'etc/*' -print0 | sort -z | xargs -0 md5sum >DEBIAN/md5sums)
  chmod 644 "$root/DEBIAN/md5sums"
  # the jars are compressed already: more than this costs time only
  dpkg-deb --root-owner-group -Zgzip -z1 -b "$root" "$out/smart-proxy_${version}_$2.deb" >/dev/null
  rm -r "$root"
}

# rpm_of STAGED MACHINE
rpm_of() {
  case $2 in
  all) target=noarch ;;
  amd64) target=x86_64 ;;
  arm64) target=aarch64 ;;
  esac
  rpmbuild --quiet -bb --target "$target" --define "_topdir $work/rpm" --define "_rpmdir $out" --define "staged $1" \
    --define "shipped_version $version" --define '_binary_payload w1.gzdio' --define '_build_name_fmt %%{NAME}-%%{VERSION}-%%{RELEASE}.%%{ARCH}.rpm' \
    "$here/rpm/smart-proxy.spec" >"$work/rpmbuild.log" 2>&1 || {
    cat "$work/rpmbuild.log" >&2
    return 1
  }
  rm -r "$work/rpm"
}

for machine in $(machines); do
  stage "$work/$machine" "$machine"
  if command -v dpkg-deb >/dev/null; then deb "$work/$machine" "$machine"; else echo "No dpkg-deb here: no .deb is made"; fi
  if command -v rpmbuild >/dev/null; then rpm_of "$work/$machine" "$machine"; else echo "No rpmbuild here: no .rpm is made"; fi
done
