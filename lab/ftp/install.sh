#!/bin/sh
# Installs vsftpd, an FTP server. Does nothing when it is present; starts no service.
set -eu
. "$(dirname "$0")/../common.sh"
command -v vsftpd >/dev/null && command -v python3 >/dev/null && exit 0
debian_install vsftpd python3 || true
command -v vsftpd >/dev/null || {
    echo "vsftpd is missing: install it (Debian: vsftpd)" >&2
    exit 1
}
