#!/bin/sh
# Installs what the tests of the packages need, and once makes the root of a Debian 12 with a JRE, which is kept in
# $SMART_PROXY_LAB, else /var/cache/smart-proxy-lab. Does nothing when all is there.
#   --print   only says where that root is, or would be
#   --check   only says what keeps a machine from being booted, with status 1
set -eu
suite=bookworm
inside=systemd,systemd-sysv,dbus,adduser,procps,ucf,logrotate,default-jre-headless
lab=${SMART_PROXY_LAB:-/var/cache/smart-proxy-lab}
# the name changes with what is in it, so that an old one is not taken
root=$lab/$suite-$(printf %s "$inside" | cksum | cut -d' ' -f1)

PATH=$PATH:/usr/sbin:/sbin
present() {
    for program in rpmbuild rpm lintian shellcheck systemd-analyze systemd-nspawn debootstrap; do
        command -v "$program" >/dev/null || return 1
    done
}

case ${1:-} in
--print)
    echo "$root"
    exit 0
    ;;
--check)
    [ "$(id -u)" = 0 ] || { echo "only root can boot a machine"; exit 1; }
    if ! present || [ ! -d "$root" ]; then echo "lab/machine/install.sh has not been run"; exit 1; fi
    unshare --mount --pid --net --uts --ipc --fork true || { echo "this host allows no namespaces"; exit 1; }
    exit 0
    ;;
esac

if present && [ -d "$root" ]; then exit 0; fi
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    echo "the tests of the packages need root on Debian, rpm, lintian, shellcheck, systemd-nspawn and debootstrap" >&2
    exit 1
fi
if ! present; then
    export DEBIAN_FRONTEND=noninteractive
    apt-get -qq -o DPkg::Lock::Timeout=300 update
    apt-get -qq -o DPkg::Lock::Timeout=300 install -y --no-install-recommends \
        rpm lintian shellcheck systemd systemd-container debootstrap >/dev/null
    present || { echo "the packages are installed, but not all programs are there" >&2; exit 1; }
fi
[ ! -d "$root" ] || exit 0

mkdir -p "$lab"
new=$(mktemp -d "$lab/new.XXXXXX")
trap 'rm -rf "$new"' EXIT
echo "Making a Debian $suite in $root ..."
debootstrap --variant=minbase --include="$inside" "$suite" "$new" >"$lab/debootstrap.log" 2>&1 ||
    { tail -n 20 "$lab/debootstrap.log" >&2; exit 1; }
rm -rf "$new"/var/cache/apt/archives/*.deb "$new"/var/lib/apt/lists/*
echo force-unsafe-io >"$new/etc/dpkg/dpkg.cfg.d/lab"
chmod 755 "$new"
mv "$new" "$root"
