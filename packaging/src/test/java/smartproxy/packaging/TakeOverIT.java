package smartproxy.packaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import smartproxy.core.tls.TestPki;

/** The Debian package on a host of the Ruby daemon, whose settings foreman-installer has written, and the way back. */
@Timeout(600)
class TakeOverIT {
    private static final Path INSTALLER =
            House.ROOT.resolve("proxy-core/src/test/resources/settings/installer-katello");
    private static final int PORT = 9090;

    @TempDir
    Path directory;

    @Test
    void takesThePlaceOfTheRubyPackageWithItsSettingsAndGivesItBack() throws Exception {
        var deb = Packages.deb();
        var ruby = Packages.pack(rubyPackage());
        var plugin = Packages.pack(rubyPlugin());
        try (var machine = Machine.boot(Files.createDirectory(directory.resolve("machine")))) {
            rubyDaemonOfTheInstaller(machine, ruby, plugin);
            var settings = settings(machine);

            var told = machine.ok("dpkg", "-i", machine.bring(deb));

            assertThat(told).contains("removing foreman-proxy").doesNotContain("Configuration file");
            assertThat(settings(machine))
                    .containsAll(settings)
                    .filteredOn(line -> !settings.contains(line))
                    .noneMatch(
                            line -> settings.stream().anyMatch(old -> path(old).equals(path(line))));
            assertThat(machine.file("/usr/share/foreman-proxy/config")).doesNotExist();
            assertThat(machine.service("UnitFileState")).isEqualTo("enabled");
            assertThat(machine.service("ActiveState")).isEqualTo("active");
            assertThat(machine.ok("cat", "/proc/" + machine.service("MainPID") + "/comm"))
                    .isEqualTo("java\n");
            assertThat(machine.curl(PORT, "/features", "--cacert", pem("ca.pem")))
                    .contains("\"logs\"")
                    .endsWith("] 200");

            machine.ok("dpkg", "-r", "ruby-smart-proxy-example");
            machine.ok("dpkg", "-r", "smart-proxy");
            machine.ok("dpkg", "--force-confold", "-i", "/root/foreman-proxy.deb");
            var purged = machine.ok("dpkg", "-P", "smart-proxy");

            assertThat(purged).contains("belong to the package foreman-proxy now");
            assertThat(settings(machine)).containsAll(settings);
            assertThat(machine.file("/var/log/foreman-proxy/proxy.log")).exists();
            assertThat(machine.service("UnitFileState")).isEqualTo("enabled");
            machine.ok("systemctl", "start", "foreman-proxy");
            // started is one of this kind before it has become its program
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> machine.ok("cat", "/proc/" + machine.service("MainPID") + "/comm")
                            .equals("sleep\n"));
        }
    }

    private void rubyDaemonOfTheInstaller(Machine machine, Path ruby, Path plugin) throws Exception {
        machine.ok("dpkg", "-i", machine.bring(ruby), machine.bring(plugin));
        assertThat(machine.service("ActiveState")).isEqualTo("active");
        var etc = machine.file("/etc/foreman-proxy");
        for (var file : files(INSTALLER)) {
            Files.createDirectories(etc.resolve(file).getParent());
            Files.copy(INSTALLER.resolve(file), etc.resolve(file), StandardCopyOption.REPLACE_EXISTING);
        }
        var pki = TestPki.create();
        pki.writeTo(directory.resolve("pki"));
        for (var prefix : new String[] {"", "foreman_"}) {
            Files.copy(directory.resolve("pki/server.pem"), etc.resolve(prefix + "ssl_cert.pem"));
            Files.copy(directory.resolve("pki/server.key"), etc.resolve(prefix + "ssl_key.pem"));
            Files.copy(directory.resolve("pki/ca.pem"), etc.resolve(prefix + "ssl_ca.pem"));
        }
        machine.ok("sh", "-c", "find /etc/foreman-proxy -type f -exec chgrp foreman-proxy {} + -exec chmod 640 {} +");
    }

    /** Each file with its owner, group, mode and sum. */
    private static List<String> settings(Machine machine) throws Exception {
        var told = machine.ok(
                "sh",
                "-c",
                "cd /etc/foreman-proxy && find . -type f | xargs stat -c '%n %U %G %a' && "
                        + "find . -type f | xargs sha256sum");
        assertThat(told).contains("./settings.yml root foreman-proxy 640", "./settings.d/tftp.yml", "./ssl_key.pem");
        return told.lines().sorted().toList();
    }

    /** What matters of the Ruby package: the same unit, user and conffiles, and links into /etc where its tree has settings. */
    private Path rubyPackage() throws IOException {
        var root = directory.resolve("foreman-proxy");
        var conffiles = new StringBuilder("/etc/logrotate.d/foreman-proxy\n");
        for (var file : files(INSTALLER)) {
            write(root.resolve("etc/foreman-proxy").resolve(file), "---\n# as packaged\n");
            conffiles.append("/etc/foreman-proxy/").append(file).append('\n');
        }
        write(root.resolve("etc/logrotate.d/foreman-proxy"), "/var/log/foreman-proxy/*.log { weekly }\n");
        write(root.resolve("usr/share/foreman-proxy/bin/smart-proxy"), "#!/bin/sh\nexec sleep infinity\n")
                .toFile()
                .setExecutable(true, false);
        Files.createDirectories(root.resolve("usr/share/foreman-proxy/config"));
        Files.createSymbolicLink(
                root.resolve("usr/share/foreman-proxy/config/settings.yml"),
                Path.of("/etc/foreman-proxy/settings.yml"));
        Files.createSymbolicLink(
                root.resolve("usr/share/foreman-proxy/config/settings.d"), Path.of("/etc/foreman-proxy/settings.d"));
        write(root.resolve("lib/systemd/system/foreman-proxy.service"), """
                [Service]
                User=foreman-proxy
                ExecStart=/usr/share/foreman-proxy/bin/smart-proxy
                [Install]
                WantedBy=multi-user.target
                """);
        write(root.resolve("DEBIAN/conffiles"), conffiles.toString());
        control(root, "foreman-proxy", "3.11.0-1", "adduser");
        script(root, "postinst", """
                adduser --quiet --system --group --home /usr/share/foreman-proxy --no-create-home --shell /bin/false foreman-proxy
                deb-systemd-helper unmask foreman-proxy.service
                deb-systemd-helper enable foreman-proxy.service
                systemctl daemon-reload
                deb-systemd-invoke start foreman-proxy.service
                """);
        script(root, "prerm", "deb-systemd-invoke stop foreman-proxy.service\n");
        script(root, "postrm", "[ \"$1\" != remove ] || deb-systemd-helper mask foreman-proxy.service\n");
        return root;
    }

    private Path rubyPlugin() throws IOException {
        var root = directory.resolve("ruby-smart-proxy-example");
        control(root, "ruby-smart-proxy-example", "1.0-1", "foreman-proxy");
        return root;
    }

    private static void control(Path root, String name, String version, String depends) throws IOException {
        write(
                root.resolve("DEBIAN/control"),
                "Package: %s\nVersion: %s\nArchitecture: all\nMaintainer: A <a@example.com>\nDepends: %s\nDescription: stand-in\n"
                        .formatted(name, version, depends));
    }

    private static void script(Path root, String name, String text) throws IOException {
        write(root.resolve("DEBIAN/" + name), "#!/bin/sh\nset -e\n" + text)
                .toFile()
                .setExecutable(true, false);
    }

    private static Path write(Path file, String text) throws IOException {
        Files.createDirectories(file.getParent());
        return Files.writeString(file, text);
    }

    /** Relative, sorted. */
    private static List<String> files(Path root) throws IOException {
        try (var files = Files.walk(root)) {
            return files.filter(Files::isRegularFile)
                    .map(file -> root.relativize(file).toString())
                    .sorted()
                    .toList();
        }
    }

    private String pem(String name) {
        return directory.resolve("pki").resolve(name).toString();
    }

    /** The file a line is about. */
    private static String path(String line) {
        return line.replaceFirst(".*(\\./\\S+).*", "$1");
    }
}
