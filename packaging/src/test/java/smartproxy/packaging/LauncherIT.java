package smartproxy.packaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The launcher, with a JVM that only prints its arguments, one per line. */
class LauncherIT {
    @TempDir
    Path directory;

    @Test
    void startsTheDaemonWithItsJarsInOrder() throws Exception {
        var told = launch(Map.of("SMART_PROXY_JAVA", jvm("17.0.15").toString()), "check", "--config", "a b")
                .output()
                .lines()
                .toList();

        assertThat(told).containsSubsequence("-cp", "smartproxy.core.daemon.Main", "check", "--config", "a b");
        var jars = List.of(told.get(told.indexOf("-cp") + 1).split(":"));
        assertThat(jars).hasSizeGreaterThan(20).isSorted().allMatch(jar -> Files.exists(Path.of(jar)));
    }

    @Test
    void findsItsTreeThroughSymbolicLinks() throws Exception {
        var first = Files.createSymbolicLink(directory.resolve("first"), House.TREE.resolve("bin/smart-proxy"));
        var second = Files.createSymbolicLink(directory.resolve("smart-proxy"), first.getFileName());

        var told = Command.run(
                directory, Map.of("SMART_PROXY_JAVA", jvm("17.0.15").toString()), List.of(second.toString()));

        assertThat(told.output()).contains(House.TREE.toRealPath() + "/lib/smart-proxy-core-");
    }

    @Test
    void boundsTheHeapOnEveryJvm() throws Exception {
        assertThat(flags("17.0.15", Map.of()))
                .contains(
                        "-XX:+UseSerialGC",
                        "-XX:NewSize=4m",
                        "-XX:NewRatio=5",
                        "-Xms16m",
                        "-Xmx128m",
                        "-XX:+ExitOnOutOfMemoryError")
                .doesNotContain("--enable-native-access=ALL-UNNAMED");
        assertThat(flags("25", Map.of()))
                .contains("--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow");
    }

    @ParameterizedTest
    @CsvSource({
        "':enabled: https', ':leases: LEASES', 330, 458",
        "':enabled: true # on', ':leases: \"LEASES\"   # here', 330, 458",
        "':enabled: https;:use_provider: dhcp_remote_isc', 'leases: ''LEASES''', 1, 129",
        "':enabled: https', ':leases: LEASES', 0, 0",
        "':enabled: https', ':leases: /nowhere', 330, 0",
        "':enabled: https;:use_provider: dhcp_embedded', ':leases: LEASES', 330, 0",
        "':enabled: false', ':leases: LEASES', 330, 0",
        "'#:enabled: https', ':leases: LEASES', 330, 0",
    })
    void sizesTheHeapByTheLeasesFileOfDhcpd(String dhcp, String isc, int size, int heap) throws Exception {
        var etc = etc(dhcp.replace(';', '\n'), isc, size);
        var sized = heap == 0 ? List.of("-Xmx128m") : List.of("-Xmx128m", "-Xmx" + heap + "m");
        var settings = Map.of("FOREMAN_PROXY_CONFIG", etc.toString());

        assertThat(heaps(Map.of(), "run", "--config", etc.toString())).isEqualTo(sized);
        assertThat(heaps(Map.of(), "--config=" + etc.resolve("settings.yml"))).isEqualTo(sized);
        assertThat(heaps(settings)).isEqualTo(sized);
        assertThat(heaps(settings, "check")).containsExactly("-Xmx128m");
    }

    @Test
    void optionsWinOverTheHeapForLeases() throws Exception {
        var etc = etc(":enabled: https", ":leases: LEASES", 330);

        assertThat(heaps(Map.of("SMART_PROXY_JAVA_OPTS", "-Xmx200m"), "run", "--config", etc.toString()))
                .endsWith("-Xmx200m");
    }

    @Test
    void allProcessorsCollectWhereTheLeasesFileIsLarge() throws Exception {
        var serial = List.of("-XX:+UseSerialGC");
        assertThat(collectors(Map.of(), 15)).isEqualTo(serial);
        assertThat(collectors(Map.of(), 16))
                .containsExactly("-XX:+UseSerialGC", "-XX:-UseSerialGC", "-XX:+UseParallelGC");
        assertThat(collectors(Map.of("SMART_PROXY_JAVA_OPTS", "-XX:+UseZGC"), 16))
                .containsExactly("-XX:+UseZGC");
    }

    @Test
    void theHeapBeginsAsLargeAsALargeLeasesFileMakesIt() throws Exception {
        var own = List.of("-Xms16m");
        assertThat(beginnings(Map.of(), 15)).isEqualTo(own);
        assertThat(beginnings(Map.of(), 64)).containsExactly("-Xms16m", "-Xms80m");
        for (var option : List.of("-Xmx64m", "-XX:MaxHeapSize=64m", "-XX:MaxRAMPercentage=5", "-XX:+UseG1GC")) {
            assertThat(beginnings(Map.of("SMART_PROXY_JAVA_OPTS", "-Da=b " + option), 64))
                    .as(option)
                    .isEqualTo(own);
        }
    }

    @Test
    void aRealJvmTakesTheOtherCollector() throws Exception {
        var etc = etc(":enabled: https", ":leases: LEASES", 16);
        var options = Map.of("SMART_PROXY_JAVA_OPTS", "-XX:+PrintFlagsFinal -version");
        assertThat(launch(options, "run", "--config", etc.toString()).output())
                .containsPattern("UseParallelGC += true")
                .containsPattern("UseSerialGC += false")
                .containsPattern(" InitialHeapSize += " + (56 << 20))
                .containsPattern(" MaxNewSize += " + (12 << 20));
    }

    /** The options that choose a collector, beside a leases file of so many MiB. */
    private List<String> collectors(Map<String, String> environment, int size) throws Exception {
        var etc = etc(":enabled: https", ":leases: LEASES", size);
        return words("-XX:[-+]Use.*GC", environment, "run", "--config", etc.toString());
    }

    /** How large the heap begins, beside such a file. */
    private List<String> beginnings(Map<String, String> environment, int size) throws Exception {
        var etc = etc(":enabled: https", ":leases: LEASES", size);
        return words("-Xms.*", environment, "run", "--config", etc.toString());
    }

    private List<String> heaps(Map<String, String> environment, String... arguments) throws Exception {
        return words("-Xmx.*", environment, arguments);
    }

    /** What the JVM is given and looks so. */
    private List<String> words(String pattern, Map<String, String> environment, String... arguments) throws Exception {
        var all = new HashMap<>(environment);
        all.put("SMART_PROXY_JAVA", jvm("17.0.15").toString());
        return launch(all, arguments)
                .output()
                .lines()
                .filter(word -> word.matches(pattern))
                .toList();
    }

    /** Settings of dhcpd with a leases file of so many MiB, which takes no room. */
    private Path etc(String dhcp, String isc, int size) throws IOException {
        var modules = Files.createDirectories(directory.resolve("etc d/modules d"));
        var leases = directory.resolve("dhcpd.leases");
        try (var file = new RandomAccessFile(leases.toFile(), "rw")) {
            file.setLength((long) size << 20);
        }
        Files.writeString(
                modules.resolveSibling("settings.yml"),
                "---\n:log_file: STDOUT\n:settings_directory: " + modules + "\n");
        Files.writeString(modules.resolve("dhcp.yml"), "---\n" + dhcp + "\n");
        for (var provider : List.of("dhcp_isc", "dhcp_remote_isc")) {
            Files.writeString(
                    modules.resolve(provider + ".yml"),
                    "---\n# :leases: /other\n" + isc.replace("LEASES", leases.toString()) + "\n");
        }
        return directory.resolve("etc d");
    }

    @Test
    void boundsTheHeapsOfTheCLibrary() throws Exception {
        var java = jvm("17.0.15", "echo \"arenas $MALLOC_ARENA_MAX, trim $MALLOC_TRIM_THRESHOLD_\"")
                .toString();

        assertThat(launch(Map.of("SMART_PROXY_JAVA", java), "version").output()).isEqualTo("arenas 1, trim 131072\n");
        assertThat(launch(
                                Map.of(
                                        "SMART_PROXY_JAVA",
                                        java,
                                        "MALLOC_ARENA_MAX",
                                        "4",
                                        "MALLOC_TRIM_THRESHOLD_",
                                        "1"),
                                "version")
                        .output())
                .isEqualTo("arenas 4, trim 1\n");
    }

    @Test
    void givesHandshakesOfNativeCryptoTwoHeaps() throws Exception {
        archived();

        assertThat(launch(withCache("17.0.15", "echo \"arenas $MALLOC_ARENA_MAX\""), "version")
                        .output())
                .isEqualTo("arenas 2\n");
    }

    @Test
    void takesOptionsFromTheEnvironmentAfterItsOwn() throws Exception {
        assertThat(flags("17.0.15", Map.of("SMART_PROXY_JAVA_OPTS", "-Xmx1g -Dname=*")))
                .containsSubsequence("-Xmx128m", "-Xmx1g", "-Dname=*");
    }

    @Test
    void leavesTheChoiceOfTheCollectorToTheOptions() throws Exception {
        assertThat(flags("17.0.15", Map.of("SMART_PROXY_JAVA_OPTS", "-XX:+UseG1GC")))
                .contains("-XX:+UseG1GC")
                .doesNotContain("-XX:+UseSerialGC", "-XX:NewSize=4m", "-XX:NewRatio=5");
    }

    @Test
    void usesHugePagesWhereTheKernelLeavesThemToPrograms() throws Exception {
        var kernel = Path.of("/sys/kernel/mm/transparent_hugepage/enabled");
        var asked = Files.exists(kernel) && Files.readString(kernel).contains("[madvise]");

        assertThat(flags("17.0.15", Map.of()).contains("-XX:+UseTransparentHugePages"))
                .isEqualTo(asked);
    }

    @Test
    void readsTheDefaultsFileWithoutExecutingIt() throws Exception {
        var touched = directory.resolve("touched");
        var defaults = Files.writeString(
                directory.resolve("defaults"),
                "touch " + touched + "\nSMART_PROXY_JAVA_OPTS=\"-Xmx2g -Da=$(touch " + touched + ")\"\n");

        assertThat(flags("17.0.15", Map.of("SMART_PROXY_DEFAULTS", defaults.toString())))
                .contains("-Xmx2g", "-Da=$(touch");
        assertThat(touched).doesNotExist();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SMART_PROXY_JAVA_OPTS=\"-Xmx2g\"\r\n",
                "  SMART_PROXY_JAVA_OPTS = \"-Xmx2g\" \n",
                "SMART_PROXY_JAVA_OPTS='-Xmx2g'\t\n",
                "SMART_PROXY_JAVA_OPTS=-Xmx1g\n#SMART_PROXY_JAVA_OPTS=-Xmx3g\nSMART_PROXY_JAVA_OPTS=-Xmx2g"
            })
    void readsTheDefaultsFileAsSystemdDoes(String text) throws Exception {
        var defaults = Files.writeString(directory.resolve("defaults"), text);

        assertThat(flags("17.0.15", Map.of("SMART_PROXY_DEFAULTS", defaults.toString())))
                .endsWith("-Xmx2g");
    }

    @Test
    void refusesAnOldJvm() throws Exception {
        var told = launch(Map.of("SMART_PROXY_JAVA", jvm("11.0.2").toString()), "run");

        assertThat(told.status()).isEqualTo(1);
        assertThat(told.output()).contains("Java 11.0.2", "needs 17 or newer", "SMART_PROXY_JAVA");
    }

    @Test
    void saysWhatToInstallWithoutAJvm() throws Exception {
        var told = launch(Map.of("SMART_PROXY_JAVA", directory.resolve("none").toString()), "run");

        assertThat(told.status()).isEqualTo(1);
        assertThat(told.output()).contains(directory.resolve("none").toString(), "apt install");
    }

    @Test
    void prefersJavaHomeToThePath() throws Exception {
        var home = jvm("17.0.15").resolve("../..").normalize();

        assertThat(launch(Map.of("JAVA_HOME", home.toString()), "version").output())
                .contains("smartproxy.core.daemon.Main");
    }

    @Test
    void takesNativeLibrariesFromItsTree() throws Exception {
        var flags = flags("17.0.15", Map.of());

        assertThat(flags)
                .filteredOn(flag -> flag.contains("/lib/native/"))
                .hasSize(3)
                .allSatisfy(flag -> assertThat(Path.of(flag.substring(flag.indexOf('=') + 1)))
                        .exists());
        assertThat(House.TREE.resolve("lib")).isDirectoryContaining("glob:**/conscrypt-openjdk-2*.jar");
    }

    @Test
    void keepsTheSafeCompilerWhileNothingIsKnownOfTheJvm() throws Exception {
        var flags = flags("17.0.15", Map.of());

        assertThat(flags)
                .doesNotContain("-XX:TieredStopAtLevel=1")
                .noneMatch(flag -> flag.startsWith("-XX:SharedArchiveFile"));
        assertThat(told("run", Map.of()))
                .contains("-Dsmartproxy.archive.none=there is no cache directory (SMART_PROXY_CACHE)");
    }

    @Test
    void usesWhatArchiveFoundOut() throws Exception {
        assertThat(archived().status()).isZero();

        var file = archive();
        assertThat(told("run", withCache()))
                .contains("-XX:TieredStopAtLevel=1", "-XX:SharedArchiveFile=" + file, "-Dsmartproxy.archive=" + file);
        assertThat(told("check", withCache())).contains("-XX:SharedArchiveFile=" + file);
    }

    @Test
    void removesWhatIsOldFromTheCacheAlsoBehindALink() throws Exception {
        Files.createSymbolicLink(cache(), Files.createDirectory(directory.resolve("elsewhere")));
        archived();
        var first = archive();
        var broken = Files.createDirectory(cache().resolve("making.abc"));
        for (var old : List.of(first, broken)) {
            Files.setLastModifiedTime(old, FileTime.from(Instant.now().minusSeconds(7200)));
        }
        Files.delete(cache().resolve("launch"));

        archived();

        assertThat(archive()).exists();
        assertThat(first).doesNotExist();
        assertThat(broken).doesNotExist();
    }

    @Test
    void optionsWinOverWhatArchiveFoundOut() throws Exception {
        archived();
        var options = new HashMap<>(withCache());
        options.put("SMART_PROXY_JAVA_OPTS", "-XX:TieredStopAtLevel=4 -Xshare:off");

        var told = told("run", options);

        assertThat(told).contains("-Dsmartproxy.archive.none=SMART_PROXY_JAVA_OPTS has its own");
        assertThat(told.lastIndexOf("-XX:TieredStopAtLevel=4"))
                .isGreaterThan(told.lastIndexOf("-XX:TieredStopAtLevel=1"));
    }

    @Test
    void takesNoArchiveOfWrongSize() throws Exception {
        archived();
        var file = archive();
        Files.writeString(file, "of another size");

        assertThat(told("check", withCache())).noneMatch(word -> word.startsWith("-XX:SharedArchiveFile"));
    }

    @Test
    void takesNoArchiveThatAnotherUserCouldHaveWritten() throws Exception {
        archived();
        var file = archive();
        assumeRoot();
        var nobody = directory.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName("nobody");
        Files.setOwner(file, nobody);

        assertThat(told("check", withCache()))
                .doesNotContain("-XX:TieredStopAtLevel=1")
                .noneMatch(word -> word.startsWith("-XX:SharedArchiveFile"));
    }

    @Test
    void aJvmThatCannotMakeAnArchiveIsSaidOnce() throws Exception {
        var made = launch(
                withCache("17.0.15", "sleep 0; case \"$*\" in *probe*) echo native ;; *) echo no room; exit 1 ;; esac"),
                "archive");

        assertThat(made.status()).isEqualTo(1);
        assertThat(made.output()).contains("no room", "No class-data archive could be made");
        assertThat(told("run", withCache()))
                .contains(
                        "-XX:TieredStopAtLevel=1",
                        "-Dsmartproxy.archive.none=it could not be made (`smart-proxy archive` tells why)");
    }

    /** The file that `archive` made. */
    private Path archive() throws IOException {
        var line = Files.readAllLines(cache().resolve("launch")).get(1);
        return cache().resolve(line.substring(0, line.indexOf(' ')));
    }

    private Path cache() {
        return directory.resolve("cache");
    }

    private Command archived() throws Exception {
        return launch(withCache("17.0.15", """
                for word; do case $word in -XX:ArchiveClassesAtExit=*) echo data >"${word#*=}" ;; probe) echo native ;; esac; done
                """), "archive");
    }

    /** The printing JVM at the same path, so that what was found out of the other is true of it. */
    private Map<String, String> withCache() throws IOException {
        return withCache("17.0.15", "printf '%s\\n' \"$@\"");
    }

    private Map<String, String> withCache(String version, String script) throws IOException {
        return Map.of("SMART_PROXY_JAVA", jvm(version, script).toString(), "SMART_PROXY_CACHE", cache().toString());
    }

    private List<String> told(String command, Map<String, String> environment) throws Exception {
        var all = new HashMap<>(environment);
        all.putIfAbsent("SMART_PROXY_JAVA", jvm("17.0.15").toString());
        return launch(all, command).output().lines().toList();
    }

    private static void assumeRoot() {
        assumeTrue(System.getProperty("user.name").equals("root"), "only root can give a file away");
    }

    private List<String> flags(String version, Map<String, String> environment) throws Exception {
        var all = new HashMap<>(environment);
        all.put("SMART_PROXY_JAVA", jvm(version).toString());
        var words = launch(all, "version").output().lines().toList();
        return words.subList(0, words.indexOf("-cp"));
    }

    private Command launch(Map<String, String> environment, String... arguments) throws Exception {
        var words =
                new ArrayList<>(List.of(House.TREE.resolve("bin/smart-proxy").toString()));
        words.addAll(List.of(arguments));
        var all = new HashMap<>(
                Map.of("SMART_PROXY_DEFAULTS", directory.resolve("absent").toString(), "SMART_PROXY_CACHE", "none"));
        all.putAll(environment);
        return Command.run(directory, all, words);
    }

    private Path jvm(String version) throws IOException {
        return jvm(version, "printf '%s\\n' \"$@\"");
    }

    private Path jvm(String version, String script) throws IOException {
        var home = directory.resolve("jvm " + version);
        var java = Files.createDirectories(home.resolve("bin")).resolve("java");
        var release = home.resolve("release");
        if (!Files.exists(release)) {
            Files.writeString(release, "IMPLEMENTOR=\"X\"\nJAVA_VERSION=\"" + version + "\"\nOS_ARCH=\"x86_64\"\n");
        }
        Files.writeString(java, "#!/bin/sh\n" + script + "\n");
        return Files.setPosixFilePermissions(java, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
}
