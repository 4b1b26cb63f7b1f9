# shellcheck shell=sh
# Sourced by the scripts of each lab.

PATH=$PATH:/usr/sbin:/sbin

# debian_install PACKAGE...: installs them as root on Debian and starts no service; elsewhere it fails.
debian_install() {
    [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || return 1
    # Debian starts a service as soon as it is installed, unless this file forbids it.
    if [ ! -e /usr/sbin/policy-rc.d ]; then
        printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d
        chmod 755 /usr/sbin/policy-rc.d
        trap 'rm -f /usr/sbin/policy-rc.d' EXIT
    fi
    export DEBIAN_FRONTEND=noninteractive
    apt-get -qq -o DPkg::Lock::Timeout=300 update
    apt-get -qq -o DPkg::Lock::Timeout=300 install -y --no-install-recommends "$@" >/dev/null
}

# runs PID: whether it does. One that has ended and that nobody asked after does not, though it can still be signalled until then: where
# the first process of a machine looks but now and then, that takes seconds.
runs() {
    state=$(sed 's/.*) //' "/proc/$1/stat" 2>/dev/null) || return 1
    case $state in
    Z* | X*) [ "$(find "/proc/$1/task" -mindepth 1 -maxdepth 1 2>/dev/null | wc -l)" -gt 1 ] ;; # while other threads of it end
    ?*) ;;
    *) return 1 ;;
    esac
}

# ends PID: waits until it has, five seconds at most; a failure when it has not.
ends() {
    tries=0
    while runs "$1"; do
        tries=$((tries + 1))
        [ "$tries" -lt 100 ] || return 1
        sleep 0.05
    done
}

# stop_server PIDFILE PATTERN: ends the process whose id is in the file, if its command line fits, and removes the file.
stop_server() {
    [ -s "$1" ] || return 0
    pid=$(cat "$1")
    command=$(tr '\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null) || command=
    # The id may have passed on to another program since.
    if echo "$command" | grep -q "$2"; then
        kill -CONT "$pid" 2>/dev/null || true
        kill "$pid" 2>/dev/null || true
        ends "$pid" || kill -KILL "$pid" 2>/dev/null || true
        command=
    fi
    # One that was killed has no command line at once, but has its ports until its last thread is gone.
    [ -n "$command" ] || ends "$pid" || true
    rm -f "$1"
}

# free_ports COUNT: so many ports of 127.0.0.1 that nobody has now, neither of TCP nor UDP, below those that outgoing connections get
# and above those that tests choose for themselves.
free_ports() {
    python3 - "$1" <<'PYTHON'
import random, socket, sys
free = set()
while len(free) < int(sys.argv[1]):
    port = random.randint(26000, 31999)
    try:
        for kind in socket.SOCK_DGRAM, socket.SOCK_STREAM:
            with socket.socket(socket.AF_INET, kind) as probe:
                probe.bind(('127.0.0.1', port))
        free.add(port)
    except OSError:
        pass
print(*free)
PYTHON
}
