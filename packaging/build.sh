# Sourced by ./run and benchmarks/run.sh, in the root of the sources.
#
# build_tree   makes the distribution tree packaging/target/smart-proxy when it is missing or something changed since

build_tree() {
  changed=$(find pom.xml .mvn ./*/pom.xml ./*/src/main packaging/src packaging/pom.xml config -newer .run/built -print 2>/dev/null | head -n 1)
  if [ -x packaging/target/smart-proxy/bin/smart-proxy ] && [ -e .run/built ] && [ -z "$changed" ]; then
    return 0
  fi
  echo "Building; the first time this takes some minutes ..."
  mkdir -p .run
  : >.run/building # the time before the build: what changes meanwhile is built next time
  mvn -B -ntp -q -DskipTests -Dexec.skip package
  mv .run/building .run/built
}
