#!/bin/sh
# stop.sh DIR: stops the FTP server that start.sh started under DIR. Does nothing when it does not run.
set -eu
. "$(dirname "$0")/../common.sh"
stop_server "$1/vsftpd.pid" '^[^ ]*vsftpd '
