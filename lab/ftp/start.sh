#!/bin/sh
# start.sh DIR: starts an FTP server of its own that gives out DIR/files to anybody, on a free high port of 127.0.0.1. Prints "port=...".
# Everything it does is in DIR/vsftpd.log.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../common.sh"
"$here/install.sh"
mkdir -p "$1/files"
dir=$(cd "$1" && pwd)
"$here/stop.sh" "$dir"
tries=0
while :; do
    port=$(free_ports 1) # another program may be faster to take it
    cat >"$dir/vsftpd.conf" <<CONF
listen=YES
listen_address=127.0.0.1
listen_port=$port
background=NO
seccomp_sandbox=NO
run_as_launching_user=YES
anonymous_enable=YES
no_anon_password=YES
anon_root=$dir/files
xferlog_enable=YES
log_ftp_protocol=YES
vsftpd_log_file=$dir/vsftpd.log
CONF
    vsftpd "$dir/vsftpd.conf" >"$dir/vsftpd.out" 2>&1 </dev/null &
    echo $! >"$dir/vsftpd.pid"
    waits=0
    while kill -0 "$(cat "$dir/vsftpd.pid")" 2>/dev/null && [ "$waits" -lt 100 ]; do
        if python3 -c 'import socket, sys; socket.create_connection(("127.0.0.1", int(sys.argv[1])), 1).close()' "$port" 2>/dev/null &&
            kill -0 "$(cat "$dir/vsftpd.pid")" 2>/dev/null; then
            echo "port=$port"
            exit 0
        fi
        waits=$((waits + 1))
        sleep 0.1
    done
    tries=$((tries + 1))
    [ "$tries" -lt 5 ] || { echo "vsftpd does not start:" >&2; cat "$dir/vsftpd.out" >&2; exit 1; }
done
