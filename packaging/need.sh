# Sourced by ./run and ./test: makes sure that tools are there.
#
# need TOOL=PACKAGE...   as root on Debian missing packages are installed, elsewhere they are named and the script ends.
# A tool is a command, or gem:NAME, a Ruby library, or header:NAME, of a C library.

have() {
  case $1 in
  gem:*) ruby -e "require '${1#gem:}'" 2>/dev/null ;;
  header:*) echo "#include <${1#header:}>" | cc -E - >/dev/null 2>&1 ;;
  javac) java_17 ;;
  *) PATH=$PATH:/usr/sbin:/sbin command -v "$1" >/dev/null 2>&1 ;;
  esac
}

# A JDK, not just a JVM, of version 17 or newer: the one Maven will use.
java_17() {
  compiler=javac
  [ -z "${JAVA_HOME:-}" ] || compiler=$JAVA_HOME/bin/javac
  found=$("$compiler" -version 2>&1) || return 1
  found=${found#javac }
  [ "${found%%[!0-9]*}" -ge 17 ] 2>/dev/null
}

missing() {
  absent= packages=
  for pair in "$@"; do
    have "${pair%%=*}" && continue
    absent="$absent ${pair%%=*}" packages="$packages ${pair#*=}"
  done
}

need() {
  missing "$@"
  [ -n "$absent" ] || return 0
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "Installing:$packages"
    # shellcheck disable=SC2086 # a list
    install_packages $packages || { echo "apt-get could not install:$packages" >&2; exit 1; }
    missing "$@"
    [ -n "$absent" ] || return 0
  fi
  echo "Missing:$absent. Debian packages:$packages (javac: a JDK, 17 or newer, at JAVA_HOME or on the PATH)." >&2
  exit 1
}

# Services that come with the packages are not started: nothing but files is wanted.
install_packages() {
  policy=/usr/sbin/policy-rc.d
  ours=
  if [ ! -e $policy ]; then
    ours=yes
    printf '#!/bin/sh\nexit 101\n' >$policy
    chmod 755 $policy
  fi
  status=0
  DEBIAN_FRONTEND=noninteractive
  export DEBIAN_FRONTEND
  { apt-get -qq -o DPkg::Lock::Timeout=300 update &&
    apt-get -qq -y -o DPkg::Lock::Timeout=300 install --no-install-recommends "$@" >/dev/null; } || status=$?
  [ -z "$ours" ] || rm -f $policy
  return $status
}
