package smartproxy.packaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static smartproxy.packaging.Packages.told;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What is in the .deb and the .rpm, without installing them on a system. */
@Timeout(300)
class PackageIT {
    private static final Path BUILD = House.ROOT.resolve("packaging/package/build.sh");
    private static final String VERSION = "0.1.0";
    private static final String TIME = "2026-01-01T00:00:00Z";

    /** Where the formats differ: Debian 12 has units in /lib, its settings are copied from the samples by ucf. */
    private static final Pattern ONE_FORMAT_ONLY =
            Pattern.compile("/(usr/)?lib/systemd/.*|/usr/share/lintian/.*|/etc/foreman-proxy/.*\\.yml");

    private static final Pattern EXPOSURE = Pattern.compile("exposure level for \\S+: (\\d+\\.\\d+)");

    @TempDir
    Path directory;

    @Test
    void debConflictsWithTheRubyPackageAndWantsAJvm() throws Exception {
        var fields = told(directory, "dpkg-deb", "-f", Packages.deb().toString());

        assertThat(fields)
                .contains("Package: smart-proxy\n", "Version: " + VERSION + "\n")
                .contains("Conflicts: foreman-proxy\n", "Replaces: foreman-proxy\n", "Provides: foreman-proxy\n")
                .containsPattern("Depends: default-jre-headless \\(>= 2:1\\.17\\) \\| java17-runtime-headless \\|");
    }

    @Test
    void rpmConflictsWithTheRubyPackageAndWantsAJvm() throws Exception {
        var rpm = Packages.rpm().toString();

        assertThat(told(directory, "rpm", "-qp", "--conflicts", rpm)).isEqualTo("foreman-proxy\n");
        assertThat(told(directory, "rpm", "-qp", "--obsoletes", rpm)).isEmpty();
        assertThat(told(directory, "rpm", "-qp", "--provides", rpm))
                .contains("foreman-proxy\n", "smart-proxy = " + VERSION + "-1\n");
        assertThat(told(directory, "rpm", "-qp", "--requires", rpm)).contains("(java-headless >= 1:17 or ");
    }

    @Test
    void lintianIsContent() throws Exception {
        assumeTrue(Packages.isThere("lintian"), "lintian is not here");

        var told = Command.run(
                directory,
                Map.of("LC_ALL", "C.UTF-8"),
                List.of(
                        "lintian",
                        "--profile",
                        "debian",
                        "--allow-root",
                        Packages.deb().toString()));

        assertThat(told.output().lines().filter(line -> line.matches("[EW]: .*")))
                .isEmpty();
        assertThat(told.status()).as(told.output()).isZero();
    }

    @Test
    void scriptsAreGoodShell() throws Exception {
        var control = directory.resolve("control");
        told(directory, "dpkg-deb", "-e", Packages.deb().toString(), control.toString());
        for (var name : List.of("postinst", "prerm", "postrm")) {
            lint(control.resolve(name));
        }
        var scriptlets = told(
                directory,
                "rpm",
                "-qp",
                "--scripts",
                "--filetriggers",
                Packages.rpm().toString());
        var parts = scriptlets.split("(?m)^\\w+ scriptlet \\(using /bin/sh\\).*\n", -1);
        assertThat(parts).hasSize(7);
        for (var part : Arrays.asList(parts).subList(1, 7)) {
            lint(Files.writeString(directory.resolve("scriptlet"), "#!/bin/sh\n" + part));
        }
        lint(BUILD);
    }

    private void lint(Path script) throws Exception {
        told(directory, "sh", "-n", script.toString());
        assumeTrue(Packages.isThere("shellcheck"), "shellcheck is not here");
        told(directory, "shellcheck", "--shell=sh", script.toString());
    }

    @Test
    void theUnitExposesLittle() throws Exception {
        assumeTrue(Packages.isThere("systemd-analyze"), "systemd-analyze is not here");
        var told = told(
                directory, "systemd-analyze", "security", "--offline=true", "--no-pager", UnitFileTest.UNIT.toString());
        var exposure = EXPOSURE.matcher(told);
        assertThat(exposure.find()).as(told).isTrue();
        assertThat(Double.parseDouble(exposure.group(1))).as(told).isLessThanOrEqualTo(2.0);
    }

    @Test
    void rpmAsksTheDaemonsUserForTheArchiveWhenAJvmComes() throws Exception {
        assertThat(told(
                        directory,
                        "rpm",
                        "-qp",
                        "--filetriggers",
                        Packages.rpm().toString()))
                .contains(
                        "transfiletriggerin", "-- /usr/lib/jvm", "runuser -u foreman-proxy -- ", "smart-proxy archive");
    }

    @Test
    void bothBringTheSameFiles() throws Exception {
        var deb = told(directory, "dpkg-deb", "-c", Packages.deb().toString())
                .lines()
                .map(line -> line.replaceFirst("^(\\S+\\s+){5}\\.", "").replaceFirst("( -> .*|/)$", ""))
                .filter(path ->
                        !path.isEmpty() && !ONE_FORMAT_ONLY.matcher(path).matches());
        var rpm = told(directory, "rpm", "-qpl", Packages.rpm().toString())
                .lines()
                .filter(path -> !ONE_FORMAT_ONLY.matcher(path).matches());

        assertThat(new TreeSet<>(deb.toList())).containsAll(rpm.toList());
        assertThat(told(directory, "rpm", "-qpl", Packages.rpm().toString()))
                .contains(
                        "/usr/share/foreman-proxy/bom.json",
                        "/usr/share/foreman-proxy/lib/smart-proxy-core-" + VERSION + ".jar");
    }

    @Test
    void rpmInstalledHasOwnersAndModes() throws Exception {
        assumeTrue("root".equals(System.getProperty("user.name")), "owners can be set by root only");
        var root = directory.resolve("root");
        write(root.resolve("etc/passwd"), "root:x:0:0::/:/bin/sh\nforeman-proxy:x:4242:4343::/:/bin/false\n");
        write(root.resolve("etc/group"), "root:x:0:\nforeman-proxy:x:4343:\n");
        write(root.resolve("etc/foreman-proxy/settings.yml"), "---\n# of the installer\n");

        told(
                directory,
                "rpm",
                "--root",
                root.toString(),
                "--nodeps",
                "--noscripts",
                "--notriggers",
                "-i",
                Packages.rpm().toString());

        var owners = owners(root);
        for (var path : List.of("var/lib", "var/log", "var/cache")) {
            assertThat(owners).containsEntry("/" + path + "/foreman-proxy", "4242 4343 750");
        }
        assertThat(owners)
                .containsEntry("/etc/foreman-proxy/settings.d", "0 4343 750")
                .containsEntry("/etc/foreman-proxy/settings.d/dns.yml", "0 4343 640")
                .containsEntry("/usr/share/foreman-proxy/bin/smart-proxy", "0 0 755")
                .containsEntry("/usr/share/foreman-proxy/lib/smart-proxy-core-" + VERSION + ".jar", "0 0 644")
                .containsEntry("/usr/lib/systemd/system/foreman-proxy.service", "0 0 644")
                .containsEntry("/etc/foreman-proxy/settings.yml.rpmnew", "0 4343 640");
        assertThat(root.resolve("etc/foreman-proxy/settings.yml")).content().contains("of the installer");
    }

    private Map<String, String> owners(Path root) throws Exception {
        var owners = new TreeMap<String, String>();
        told(directory, "find", root.toString(), "-printf", "/%P %U %G %m\n")
                .lines()
                .forEach(line -> {
                    var end = line.indexOf(' ');
                    owners.put(line.substring(0, end), line.substring(end + 1));
                });
        return owners;
    }

    @Test
    void theBillOfMaterialsNamesEveryJarWithItsLicence() throws Exception {
        var bom = new ObjectMapper().readTree(House.TREE.resolve("bom.json").toFile());
        assertThat(bom.path("bomFormat").asText()).isEqualTo("CycloneDX");
        var named = new TreeSet<String>();
        for (var component : bom.path("components")) {
            var name = component.path("name").asText() + "-"
                    + component.path("version").asText();
            if (component.path("purl").asText().contains("type=jar")) {
                // the tree has Conscrypt's jar without the libraries of all platforms in it
                named.add(name.replace("-uber-", "-") + ".jar");
            }
            assertThat(component.path("licenses")).as(name).isNotEmpty();
        }
        try (var jars = Files.list(House.TREE.resolve("lib"))) {
            assertThat(named)
                    .containsAll(jars.map(jar -> String.valueOf(jar.getFileName()))
                            .filter(name -> name.endsWith(".jar"))
                            .toList());
        }
    }

    @Test
    void theSameTreeGivesTheSameBytes() throws Exception {
        var again = build(House.TREE, VERSION);

        assertThat(again.resolve(String.valueOf(Packages.deb().getFileName()))).hasSameBinaryContentAs(Packages.deb());
        assertThat(again.resolve(String.valueOf(Packages.rpm().getFileName()))).hasSameBinaryContentAs(Packages.rpm());
    }

    @Test
    void librariesOfAMachineMakeAPackageForThatMachineOnly() throws Exception {
        Packages.deb();
        Packages.rpm();
        var tree = directory.resolve("tree");
        for (var file : List.of("bin/smart-proxy", "lib/a.jar", "plugins/README", "bom.json", "config/settings.yml")) {
            write(tree.resolve(file), file);
        }
        write(tree.resolve("config/settings.d/logs.yml"), "---\n");
        Files.createDirectories(tree.resolve("lib/native/x86_64"));
        Files.createDirectories(tree.resolve("lib/native/aarch64"));
        Files.write(tree.resolve("lib/native/x86_64/one.so"), elf(0x3e));
        Files.write(tree.resolve("lib/native/aarch64/two.so"), elf(0xb7));

        var packages = build(tree, "0.2.0-SNAPSHOT");

        assertThat(packages.toFile().list())
                .containsExactlyInAnyOrder(
                        "smart-proxy_0.2.0~SNAPSHOT_amd64.deb",
                        "smart-proxy_0.2.0~SNAPSHOT_arm64.deb",
                        "smart-proxy-0.2.0~SNAPSHOT-1.x86_64.rpm",
                        "smart-proxy-0.2.0~SNAPSHOT-1.aarch64.rpm");
        assertThat(told(packages, "dpkg-deb", "-c", "smart-proxy_0.2.0~SNAPSHOT_amd64.deb"))
                .contains("one.so")
                .doesNotContain("two.so", "aarch64");
        assertThat(told(packages, "rpm", "-qpl", "smart-proxy-0.2.0~SNAPSHOT-1.aarch64.rpm"))
                .contains("two.so")
                .doesNotContain("one.so");
    }

    /** The beginning of a little-endian library. */
    private static byte[] elf(int machine) {
        var header = new byte[64];
        System.arraycopy(new byte[] {0x7f, 'E', 'L', 'F', 2, 1, 1}, 0, header, 0, 7);
        header[18] = (byte) machine;
        return header;
    }

    private Path build(Path tree, String version) throws Exception {
        var out = directory.resolve("packages");
        told(directory, BUILD.toString(), tree.toString(), version, TIME, out.toString());
        return out;
    }

    private static void write(Path file, String text) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }
}
