#!/bin/sh
# stop.sh DIR: ends the machine of DIR, if one runs, and deletes its changes.
set -eu
dir=$1
PATH=$PATH:/usr/sbin:/sbin
if [ -e "$dir/pid" ]; then
    pid=$(cat "$dir/pid")
    # nothing of it is kept: no orderly end is waited for
    [ "$(cat "/proc/$pid/comm" 2>/dev/null)" != systemd-nspawn ] || kill -9 $(pgrep -P "$pid") 2>/dev/null || true
    tries=0
    while [ "$(cat "/proc/$pid/comm" 2>/dev/null)" = systemd-nspawn ] && [ "$tries" -lt 100 ]; do
        tries=$((tries + 1))
        sleep 0.1
    done
fi
if mountpoint -q "$dir/root"; then umount "$dir/root"; fi
rm -rf "$dir/upper" "$dir/work" "$dir/root" "$dir/pid"
