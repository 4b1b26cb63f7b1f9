#!/bin/bash
# Replays the recorded exchanges against the built launcher and judges the answers. Needs root; README.md says more.
#
#   replay.sh [MODULE...]     root auth dns dhcp dhcp-destructive protocol logs tftp httpboot backend-down; default: all of them
#
# Last line: N equal, N listed, N different, N not given
# Exit status 1 when any is different, or a listed one is not different any more.
#
# LAUNCHER  the daemon under test (packaging/target/smart-proxy/bin/smart-proxy), called with --config FILE
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
launcher=$(readlink -f -- "${LAUNCHER:-$here/../packaging/target/smart-proxy/bin/smart-proxy}")
results=$here/target

fail() {
  echo "replay.sh: $1" >&2
  exit 2
}

# Each group runs alone, from the first state: its name, then what the names of its cases start with.
GROUPS_OF_CASES="
root root/
auth auth/
dns dns/
protocol protocol/ logs/
tftp tftp/ httpboot/
bind-down backend-down/bind-down-
dhcp dhcp/ backend-down/dhcpd- dhcp-destructive/
"
wanted=
for module in "$@"; do
  found=$(awk -v start="$module/" '{ for (i = 2; i <= NF; i++) if (index($i, start) == 1) print $1 }' <<<"$GROUPS_OF_CASES")
  [ -n "$found" ] || fail "no module $module; there are: $(grep -o '[^ ]*/' <<<"$GROUPS_OF_CASES" | sort -u | tr -d / | xargs)"
  for group in $found; do
    case " $wanted " in *" $group "*) ;; *) wanted="$wanted $group" ;; esac
  done
done
complete=
[ -n "$wanted" ] || { complete=--all; wanted=$(awk '{ print $1 }' <<<"$GROUPS_OF_CASES"); }

[ "$(id -u)" = 0 ] || fail "needs root, for network namespaces"
for tool in ip ss named dig dhcpd curl openssl python3 setsid; do
  PATH=$PATH:/usr/sbin:/sbin command -v "$tool" >/dev/null || fail "no $tool; Debian: apt install bind9 bind9-dnsutils isc-dhcp-server curl iproute2 openssl python3"
done
[ -x "$launcher" ] || fail "no launcher at $launcher; build it first: ./run does, or mvn package"

scratch=$(mktemp -d /var/tmp/smart-proxy-conformance.XXXXXX) # no blanks: BIND and the recorded commands get these paths
namespace=spc$$
export PROXY_CMD
PROXY_CMD="$(printf %q "$launcher") --config \"\$ROOT/etc/settings.yml\""

in_group() { # GROUP CMD...
  ROOT=$scratch/$1 NS=$namespace-$1 "${@:2}"
}

finish() {
  for group in $wanted; do in_group "$group" "$here/env/env.sh" down; done
  rm -rf "$scratch"
}
trap finish EXIT
trap 'exit 130' INT TERM

# Results and logs of a group stay in target/GROUP.
replay() {
  local group=$1 root=$scratch/$1 kept=$results/$1 outcome
  mkdir -p "$root" "$kept"
  cp -a "$scratch/pki" "$root/pki"
  in_group "$group" "$here/env/env.sh" up && in_group "$group" "$here/env/env.sh" exec \
    python3 "$here/tools/record.py" "$scratch/$group.jsonl" "$kept/replayed.jsonl"
  outcome=$?
  in_group "$group" "$here/env/env.sh" down
  cp "$root"/log/* "$kept/" 2>/dev/null
  return $outcome
}

bash "$here/env/mkpki.sh" "$scratch/pki" || fail "could not make the certificates"
rm -rf "$results"
for group in $wanted; do
  # shellcheck disable=SC2046 # the words of the group are arguments
  python3 - "$here/exchanges.jsonl" "$scratch/$group.jsonl" $(awk -v group="$group" '$1 == group { $1 = ""; print }' <<<"$GROUPS_OF_CASES") <<'EOF'
import json, sys
source, target, *starts = sys.argv[1:]
with open(target, 'w', encoding='utf-8') as out:
    for line in open(source, encoding='utf-8'):
        exchange = json.loads(line)
        if ('%(module)s/%(case)s' % exchange).startswith(tuple(starts)):
            out.write(line)
EOF
done

declare -A running
for group in $wanted; do
  replay "$group" >"$scratch/$group.out" 2>&1 &
  running[$group]=$!
done
incomplete=0
for group in $wanted; do
  wait "${running[$group]}" || { incomplete=1; echo "$group did not run to its end; logs in $results/$group"; }
  cat "$scratch/$group.out"
done

replayed=()
for group in $wanted; do
  cat "$scratch/$group.jsonl" >>"$scratch/recorded.jsonl"
  replayed+=("$results/$group/replayed.jsonl")
done
python3 "$here/tools/compare.py" --recorded "$scratch/recorded.jsonl" --built "$here/modules.txt" \
  --listed "$here/differences.txt" $complete --replayed "${replayed[@]}"
[ $? = 0 ] && [ $incomplete = 0 ]
