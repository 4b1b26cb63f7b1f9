#!/bin/sh
# Installs TFTP clients, a TFTP server to compare with, ip and iptables for the tests. Does nothing when they are present; starts no service.
set -eu
. "$(dirname "$0")/../common.sh"
present() {
    for program in tftp atftp busybox curl in.tftpd ip iptables python3; do
        command -v "$program" >/dev/null || return 1
    done
}
present && exit 0
debian_install tftp-hpa atftp busybox curl tftpd-hpa iproute2 iptables python3 || true
present || {
    echo "TFTP clients are missing: install tftp, atftp, busybox, curl, in.tftpd, ip, iptables and python3" \
        "(Debian: tftp-hpa atftp busybox curl tftpd-hpa iproute2 iptables python3)" >&2
    exit 1
}
