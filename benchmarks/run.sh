#!/bin/sh
# Measures the daemon beside the limit of its libraries, both in the same run: NAME ours limit ratio goal ok/short.
#
#   benchmarks/run.sh [--record] [NAME...]   all figures of goals.tsv, or these; within 25 minutes
#   benchmarks/run.sh --list                 their names, goals and meaning
#
# --record writes docs/performance.md too; refused while something else uses the processors (--noisy: not refused).
# Results also lie in benchmarks/target/results.tsv. Ends with 0: all ok, 1: some short, 2: some not measured. Ctrl-C stops all.
# SMART_PROXY_JAVA and SMART_PROXY_JAVA_OPTS are passed on. Needs no root, unless packages are missing.
set -eu
root=$(cd -- "$(dirname -- "$0")/.." && pwd)
cd -- "$root"
. packaging/need.sh
. packaging/build.sh
PATH=$PATH:/usr/sbin:/sbin

need python3=python3
mkdir -p benchmarks/target
python3 benchmarks/bench.py --list "$@" >benchmarks/target/list # a wrong word is told before anything is built
case " $* " in
*" --list "*) exec cat benchmarks/target/list ;;
esac
need javac=default-jdk-headless mvn=maven openssl=openssl python3=python3 nginx=nginx-light named=bind9 named-checkconf=bind9-utils \
  dig=bind9-dnsutils in.tftpd=tftpd-hpa cc=gcc header:stdio.h=libc6-dev header:openssl/ssl.h=libssl-dev
build_tree
cc -std=c11 -O2 -Wall -o benchmarks/target/load benchmarks/load.c -lssl -lcrypto -lpthread
exec python3 benchmarks/bench.py "$@"
