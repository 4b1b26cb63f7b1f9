package smartproxy.core.plugins;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import smartproxy.core.api.ApiVersion;
import smartproxy.core.settings.Problem;

class PluginsTest {
    @TempDir
    Path directory;

    private Plugins plugins = Plugins.none();

    @AfterEach
    void close() {
        plugins.close();
    }

    private Plugins load() {
        plugins = Plugins.load(directory, PluginsTest.class.getClassLoader());
        return plugins;
    }

    private static PluginJar good() {
        return new PluginJar().provider("probe_good", "probe", "\"good\"");
    }

    /** What the provider of the only plug-in says. */
    private String said() throws Exception {
        assertThat(load().broken()).isEmpty();
        var factory = plugins.loaded().get(0).providers().get(0);
        var create = Stream.of(factory.getClass().getMethods())
                .filter(method -> method.getName().equals("create") && !method.isBridge())
                .findFirst()
                .orElseThrow();
        return String.valueOf(((Supplier<?>) create.invoke(factory, "", null)).get());
    }

    @Test
    void loadsProvidersAndModules() {
        good().write(directory.resolve("good.jar"));
        new PluginJar()
                .module("third", "new Mount(\"/third\", Role.ANONYMOUS, new Resource())", "")
                .write(directory.resolve("third.jar"));
        load();
        assertThat(plugins.loaded()).extracting(Plugin::name).containsExactly("good.jar", "third.jar");
        assertThat(plugins.loaded().get(0).providers().get(0).name()).isEqualTo("probe_good");
        assertThat(plugins.loaded().get(1).modules().get(0).name()).isEqualTo("third");
        assertThat(plugins.problems()).isEmpty();
    }

    @Test
    void aDirectoryIsOnePluginWithItsLibraries() throws Exception {
        var library = new PluginJar()
                .version("")
                .source(
                        "lib.Word",
                        "package lib; public class Word { public static String word() { return \"lib\"; } }")
                .write(directory.resolve("one/lib.jar"));
        new PluginJar()
                .library(library)
                .provider("probe_one", "probe", "lib.Word.word()")
                .write(directory.resolve("one/one.jar"));
        assertThat(said()).isEqualTo("lib");
        assertThat(plugins.loaded()).extracting(Plugin::name).containsExactly("one");
    }

    @Test
    void itsOwnLibrariesWinOverTheDaemonsAndNeverOverTheApi() throws Exception {
        new PluginJar()
                .source("org.yaml.snakeyaml.Yaml", "package org.yaml.snakeyaml; public class Yaml { }")
                .source("smartproxy.core.api.StartException", """
                        package smartproxy.core.api;
                        public class StartException extends Exception { }
                        """)
                .provider(
                        "probe_own",
                        "probe",
                        "(org.yaml.snakeyaml.Yaml.class.getClassLoader() == Factory.class.getClassLoader()) + \" \" "
                                + "+ (StartException.class.getClassLoader() == Factory.class.getClassLoader())")
                .write(directory.resolve("own.jar"));
        assertThat(said()).isEqualTo("true false");
    }

    @Test
    void seesTheApiAndTheJdkAlone() throws Exception {
        new PluginJar().provider("probe_curious", "probe", "looked()", """
                        static String looked() {
                            var seen = new java.util.ArrayList<String>();
                            for (var name : List.of(
                                    "smartproxy.core.api.Backend", "jakarta.ws.rs.core.Response", "org.slf4j.Logger",
                                    "java.net.http.HttpClient", "java.sql.Connection",
                                    "smartproxy.core.http.Listeners", "org.eclipse.jetty.server.Server",
                                    "com.fasterxml.jackson.databind.ObjectMapper", "ch.qos.logback.classic.Logger")) {
                                try {
                                    Class.forName(name);
                                    seen.add("+");
                                } catch (ClassNotFoundException e) {
                                    seen.add(e.getMessage());
                                }
                            }
                            return String.join(" ", seen);
                        }
                        """).write(directory.resolve("curious.jar"));
        assertThat(said())
                .isEqualTo("+ + + + + smartproxy.core.http.Listeners is not part of the API"
                        + " org.eclipse.jetty.server.Server com.fasterxml.jackson.databind.ObjectMapper"
                        + " ch.qos.logback.classic.Logger");
    }

    @Test
    void sharesTheTopPackagesOfFamiliesAndNotTheirProviders() {
        assertThat(List.of(
                        "smartproxy.dns.DnsProvider",
                        "smartproxy.core.api.Backend",
                        "jakarta.ws.rs.GET",
                        "jakarta.ws.rs.core.Response",
                        "org.slf4j.Logger",
                        "org.jspecify.annotations.Nullable"))
                .allMatch(SharedClasses::have);
        assertThat(List.of(
                        "smartproxy.dns.nsupdate.NsupdateFactory",
                        "smartproxy.core.Thing",
                        "smartproxy.core.http.Answer",
                        "jakarta.inject.Inject",
                        "org.slf4j.bridge.SLF4JBridgeHandler",
                        "Unpackaged"))
                .noneMatch(SharedClasses::have);
    }

    static Stream<Arguments> broken() {
        return Stream.of(
                breaks("no archive", jar -> jar.file("x", ""), "cannot be read as a jar"),
                breaks("no version", jar -> jar.version(""), "no Smart-Proxy-API in the manifest"),
                breaks("odd version", jar -> jar.version("one"), "'one' and should be a version such as 1.0"),
                breaks(
                        "next major",
                        jar -> jar.version("2.0"),
                        "made for version 2.0 of the API, and this daemon has 1.0"),
                breaks("next minor", jar -> jar.version("1.1"), "made for version 1.1 of the API"),
                breaks("no services", jar -> jar.file("META-INF/services/" + SPI, ""), "it offers nothing"),
                breaks(
                        "no class",
                        jar -> jar.file("META-INF/services/" + SPI, "third.Absent"),
                        "third.Absent not found"),
                breaks(
                        "other class",
                        jar -> jar.source("third.Other", "package third; public class Other { }")
                                .file("META-INF/services/" + SPI, "third.Other"),
                        "not a subtype"),
                breaks("services garbage", jar -> jar.file("META-INF/services/" + SPI, "a b"), "Illegal"),
                breaks(
                        "constructor",
                        jar -> jar.provider(
                                "probe_x", "probe", "\"\"", "public Factory() { throw new RuntimeException(\"no\"); }"),
                        "could not be instantiated, caused by RuntimeException: no"),
                breaks(
                        "static",
                        jar -> jar.provider("probe_x", "probe", "\"\"", "static int x = Integer.parseInt(\"x\");"),
                        "ExceptionInInitializerError"),
                breaks(
                        "linkage",
                        jar -> jar.provider(
                                "probe_x",
                                "probe",
                                "\"\"",
                                "public Factory() { smartproxy.core.plugins.Causes.of(null); }"),
                        "smartproxy.core.plugins.Causes is not part of the API"),
                breaks("bad name", jar -> jar.provider("../dns", "probe", "\"\""), "calls itself '../dns'"),
                breaks(
                        "null",
                        jar -> jar.provider(
                                "probe_x", "probe", "\"\"", "public List<String> capabilities() { return null; }"),
                        "declares null"));
    }

    private static final String SPI = "smartproxy.core.api.ProviderFactory";

    private static Arguments breaks(String what, Function<PluginJar, PluginJar> how, String reason) {
        return Arguments.of(what, how, reason);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("broken")
    void aBrokenJarIsNamedWithItsReasonAndTheOthersAreLoaded(
            String what, Function<PluginJar, PluginJar> how, String reason) throws Exception {
        good().write(directory.resolve("good.jar"));
        var bad = how.apply(new PluginJar().provider("probe_bad", "probe", "\"\""))
                .write(directory.resolve("bad.jar"));
        if (what.equals("no archive")) {
            Files.writeString(bad, "no zip");
        }
        load();
        assertThat(plugins.loaded()).extracting(Plugin::name).containsExactly("good.jar");
        assertThat(plugins.broken()).containsOnlyKeys("bad.jar");
        assertThat(plugins.broken().get("bad.jar")).contains(reason);
        assertThat(plugins.problems()).singleElement().satisfies(problem -> {
            assertThat(problem.isError()).isTrue();
            assertThat(problem.file()).isEqualTo(bad);
            assertThat(problem.message()).contains(reason);
        });
    }

    @Test
    void oddThingsAreToldAndOrdinaryOnesNot() throws Exception {
        Files.writeString(directory.resolve("README"), "text");
        Files.writeString(directory.resolve(".hidden.jar"), "text");
        Files.writeString(directory.resolve("good.jar.rpmnew"), "text");
        Files.createDirectory(directory.resolve("empty"));
        Files.createSymbolicLink(directory.resolve("gone.jar"), directory.resolve("nowhere.jar"));
        var elsewhere = good().write(directory.resolve(".elsewhere/good.jar"));
        Files.createSymbolicLink(directory.resolve("linked.jar"), elsewhere);
        load();
        assertThat(plugins.loaded()).extracting(Plugin::name).containsExactly("linked.jar");
        assertThat(plugins.broken()).containsOnlyKeys("gone.jar");
        assertThat(plugins.broken().get("gone.jar")).isEqualTo("gone.jar is no file");
        assertThat(plugins.problems())
                .filteredOn(problem -> !problem.isError())
                .extracting(problem -> problem.file().getFileName() + " " + problem.message())
                .containsExactly("empty is no plug-in and not used", "good.jar.rpmnew is no plug-in and not used");
    }

    @Test
    void aDirectoryThatIsNotThereHasNoPluginsAndOneThatCannotBeReadIsAnError() throws Exception {
        assertThat(Plugins.load(directory.resolve("absent"), getClass().getClassLoader())
                        .problems())
                .isEmpty();
        var file = Files.writeString(directory.resolve("file"), "");
        assertThat(Plugins.load(file, getClass().getClassLoader()).problems())
                .singleElement()
                .satisfies(problem -> assertThat(problem.message()).contains("cannot be read"));
    }

    @Test
    void warnsOfWhatOthersCanWrite() throws Exception {
        var jar = good().write(directory.resolve("good.jar"));
        var owner = Files.getOwner(jar).getName();
        assertThat(new Trust(Set.of(owner)).check(List.of(jar))).isEmpty();
        assertThat(messages(new Trust(Set.of("nobody")), jar)).containsExactly("belongs to " + owner);
        Files.setPosixFilePermissions(jar, PosixFilePermissions.fromString("rw-rw-rw-"));
        assertThat(messages(new Trust(Set.of(owner)), jar)).containsExactly("can be written by everybody");
        var link = Files.createSymbolicLink(directory.resolve("link.jar"), jar);
        assertThat(messages(new Trust(Set.of(owner)), link)).containsExactly("can be written by everybody");
        Files.setPosixFilePermissions(jar, PosixFilePermissions.fromString("rw-rw-r--"));
        assertThat(messages(new Trust(Set.of(owner, "no such group")), jar).size())
                .isEqualTo(owner.equals(group(jar)) ? 0 : 1);
        assertThat(load().problems()).noneMatch(Problem::isError);
        assertThat(plugins.loaded()).isNotEmpty();
    }

    private static String group(Path file) throws Exception {
        return Files.getAttribute(file, "posix:group").toString();
    }

    private static List<String> messages(Trust trust, Path path) {
        return trust.check(List.of(path)).stream()
                .map(problem -> problem.message().replaceAll(", who can.*", ""))
                .toList();
    }

    @Test
    void knowsWhenOtherJarsLieThere() {
        good().write(directory.resolve("good.jar"));
        load();
        assertThat(plugins.outdated()).isFalse();
        new PluginJar().provider("probe_more", "probe", "\"\"").write(directory.resolve("more.jar"));
        assertThat(plugins.outdated()).isTrue();
    }

    @Test
    void closesItsJars() throws Exception {
        new PluginJar()
                .source("third.Late", "package third; public class Late { }")
                .provider("probe_late", "probe", "\"\"")
                .write(directory.resolve("late.jar"));
        load();
        var loader = Objects.requireNonNull(
                plugins.loaded().get(0).providers().get(0).getClass().getClassLoader());
        plugins.close();
        assertThatThrownBy(() -> loader.loadClass("third.Late")).isInstanceOf(ClassNotFoundException.class);
    }

    @Test
    void versionsServeOlderMinorsOfTheSameMajor() {
        var version = new ApiVersion(2, 3);
        assertThat(Stream.of("2.0", "2.3").map(text -> ApiVersion.parse(text).orElseThrow()))
                .allMatch(version::serves);
        assertThat(Stream.of("2.4", "1.3", "3.0")
                        .map(text -> ApiVersion.parse(text).orElseThrow()))
                .noneMatch(version::serves);
        assertThat(Stream.of("", "2", "2.x", "-1.0", "2.0.1", "99999.0").map(ApiVersion::parse))
                .allMatch(Optional::isEmpty);
    }
}
