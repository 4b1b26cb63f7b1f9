package smartproxy.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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
                .contains("-XX:+UseSerialGC", "-Xms16m", "-Xmx128m", "-XX:+ExitOnOutOfMemoryError")
                .doesNotContain("--enable-native-access=ALL-UNNAMED");
        assertThat(flags("25", Map.of()))
                .contains("--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow");
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
                .doesNotContain("-XX:+UseSerialGC");
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
                Map.of("SMART_PROXY_DEFAULTS", directory.resolve("absent").toString()));
        all.putAll(environment);
        return Command.run(directory, all, words);
    }

    private Path jvm(String version) throws IOException {
        var home = directory.resolve("jvm " + version);
        var java = Files.createDirectories(home.resolve("bin")).resolve("java");
        Files.writeString(home.resolve("release"), "IMPLEMENTOR=\"X\"\nJAVA_VERSION=\"" + version + "\"\n");
        Files.writeString(java, "#!/bin/sh\nprintf '%s\\n' \"$@\"\n");
        return Files.setPosixFilePermissions(java, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
}
