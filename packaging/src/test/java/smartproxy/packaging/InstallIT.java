package smartproxy.packaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer.OrderAnnotation;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import smartproxy.core.tls.TestPki;

/** The life of the Debian package on one machine, from installation to purge, each test where the one before has left it. */
@TestMethodOrder(OrderAnnotation.class)
@TestInstance(Lifecycle.PER_CLASS)
@Timeout(600)
class InstallIT {
    private static final Duration WATCHDOG = Duration.ofSeconds(60);
    private static final String OURS = "foreman-proxy foreman-proxy 750";
    private static final int PORT = 8443;

    private final TestPki pki = TestPki.create();
    private Machine machine;
    private Path deb;
    private Path directory;

    @BeforeAll
    void boot(@TempDir Path shared) throws Exception {
        directory = shared;
        deb = Packages.deb();
        machine = Machine.boot(Files.createDirectory(directory.resolve("machine")));
    }

    @AfterAll
    void end() throws Exception {
        if (machine != null) {
            machine.close();
        }
    }

    @Test
    @Order(1)
    void installsWithoutAQuestionAndSaysWhatToDoNext() throws Exception {
        var told = machine.ok("dpkg", "-i", machine.bring(deb));

        assertThat(told)
                .contains("not started", "systemctl enable --now foreman-proxy")
                .doesNotContain("warning", "Creating config");
        assertThat(machine.service("ActiveState")).isEqualTo("inactive");
        assertThat(machine.service("UnitFileState")).isEqualTo("disabled");
        assertThat(machine.ok("getent", "passwd", "foreman-proxy").strip())
                .startsWith("foreman-proxy:")
                .endsWith(":/usr/share/foreman-proxy:/bin/false");
        assertThat(machine.ok("readlink", "-f", "/usr/sbin/smart-proxy").strip())
                .isEqualTo("/usr/share/foreman-proxy/bin/smart-proxy");
        assertThat(machine.ok("smart-proxy", "version")).startsWith("smart-proxy ");
        // it ends with 0 also when it has something to say
        assertThat(machine.ok("systemd-analyze", "verify", "--man=no", "foreman-proxy.service"))
                .doesNotContain("foreman-proxy");
    }

    @Test
    @Order(2)
    void ownersAndModesAreThoseOfTheReference() throws Exception {
        for (var path : new String[] {"lib", "log", "cache"}) {
            assertThat(owner("/var/" + path + "/foreman-proxy")).as(path).isEqualTo(OURS);
        }
        assertThat(owner("/etc/foreman-proxy")).isEqualTo("root root 755");
        assertThat(owner("/etc/foreman-proxy/settings.d")).isEqualTo("root foreman-proxy 750");
        assertThat(machine.ok("find", "/etc/foreman-proxy", "-type", "f", "-printf", "%u %g %m %P\n")
                        .lines()
                        .toList())
                .contains("root foreman-proxy 640 settings.yml", "root foreman-proxy 640 settings.d/dns.yml")
                .allMatch(line -> line.startsWith("root foreman-proxy 640 "));
        assertThat(machine.ok(
                        "find", "/usr/share/foreman-proxy", "(", "!", "-user", "root", "-o", "-perm", "/022", ")"))
                .isEmpty();
    }

    @Test
    @Order(3)
    void aStartThatFailsSaysWhyWhereAnAdministratorLooks() throws Exception {
        assertThat(machine.run("systemctl", "start", "foreman-proxy").status()).isNotZero();

        // while systemd waits for the next try
        await().atMost(WATCHDOG)
                .untilAsserted(() -> assertThat(machine.run("systemctl", "status", "--no-pager", "foreman-proxy")
                                .output())
                        .contains("Status: \"Not started: Both http and https are disabled, unable to start.\""));
        machine.ok("systemctl", "stop", "foreman-proxy");
    }

    @Test
    @Order(4)
    void startsUnderAllThatTheUnitForbidsAndServesForeman() throws Exception {
        pki.writeTo(directory.resolve("pki"));
        pki.client(Site.FOREMAN).writeTo(directory.resolve("pki"), "foreman");
        var etc = machine.file("/etc/foreman-proxy");
        Files.copy(Path.of(pem("server.pem")), etc.resolve("ssl_cert.pem"));
        Files.copy(Path.of(pem("server.key")), etc.resolve("ssl_key.pem"));
        Files.copy(Path.of(pem("ca.pem")), etc.resolve("ssl_ca.pem"));
        machine.ok("sh", "-c", "cd /etc/foreman-proxy && chgrp foreman-proxy *.pem && chmod 640 *.pem");
        var settings = machine.file("/etc/foreman-proxy/settings.yml");
        Files.writeString(
                settings,
                Files.readString(settings)
                        .replace("#:ssl_", ":ssl_")
                        .replace("\n:ssl_private_key_passphrase_file", "\n#:ssl_private_key_passphrase_file")
                        .replace("\n:ssl_crl_file", "\n#:ssl_crl_file")
                        .replace("#:trusted_hosts", ":trusted_hosts"));
        Files.writeString(
                machine.file("/etc/foreman-proxy/settings.d/dns.yml"),
                "---\n:enabled: https\n:use_provider: dns_embedded\n");

        machine.ok("systemctl", "enable", "--now", "foreman-proxy");

        assertThat(foreman("/features")).isEqualTo("[\"dns\",\"logs\"] 200");
        assertThat(foreman("/dns/", "-d", "fqdn=www.example.com&value=192.0.2.10&type=A"))
                .isEqualTo(" 200");
        assertThat(machine.curl(PORT, "/v2/features", "--cacert", pem("ca.pem")))
                .endsWith(" 403");
        assertThat(owner("/var/log/foreman-proxy/proxy.log")).isEqualTo("foreman-proxy foreman-proxy 640");
        assertThat(machine.ok("ps", "-o", "user:20=", "-p", machine.service("MainPID"))
                        .strip())
                .isEqualTo("foreman-proxy");
    }

    @Test
    @Order(5)
    void reloads() throws Exception {
        machine.ok("systemctl", "reload", "foreman-proxy");

        await().atMost(WATCHDOG).until(() -> log().contains("Reloaded /etc/foreman-proxy"));
    }

    @Test
    @Order(6)
    void logrotateGivesTheDaemonANewLog() throws Exception {
        machine.ok("logrotate", "--force", "/etc/logrotate.d/foreman-proxy");

        await().atMost(WATCHDOG).until(() -> {
            foreman("/features");
            return log().contains("GET /features");
        });
        assertThat(log()).doesNotContain("Reloaded");
        assertThat(Files.readString(machine.file("/var/log/foreman-proxy/proxy.log.1")))
                .contains("Reloaded");
        assertThat(owner("/var/log/foreman-proxy/proxy.log")).isEqualTo("foreman-proxy foreman-proxy 640");
    }

    @Test
    @Order(7)
    void anotherJvmHasTheArchiveMadeByTheDaemonsUser() throws Exception {
        var launcher = "/usr/share/foreman-proxy/bin/smart-proxy";
        var real = Files.readString(machine.file(launcher));
        Files.writeString(
                machine.file(launcher), "#!/bin/sh\necho \"$(id -un) $*\" >>/var/cache/foreman-proxy/told\nexit 1\n");

        machine.ok("dpkg-trigger", "--by-package=base-files", "--no-await", "/usr/lib/jvm");
        var told = machine.ok("dpkg", "--triggers-only", "--pending");

        assertThat(told).contains("smart-proxy: no class-data archive could be made");
        assertThat(Files.readString(machine.file("/var/cache/foreman-proxy/told")))
                .isEqualTo("foreman-proxy archive\n");
        Files.writeString(machine.file(launcher), real);
    }

    @Test
    @Order(8)
    void anUpgradeKeepsWhatWasChangedRenewsWhatWasNotAndRestarts() throws Exception {
        var staged = directory.resolve("next");
        Packages.told(directory, "dpkg-deb", "-R", deb.toString(), staged.toString());
        append(staged.resolve("usr/share/foreman-proxy/samples/settings.yml"), "# of the next version\n");
        append(staged.resolve("usr/share/foreman-proxy/samples/settings.d/logs.yml"), "# of the next version\n");
        append(staged.resolve("etc/default/foreman-proxy"), "# of the next version\n");
        var control = staged.resolve("DEBIAN/control");
        Files.writeString(control, Files.readString(control).replaceFirst("(?m)^Version: .*", "Version: 99.0"));
        // short, so that the next test need not wait long
        machine.write("/etc/systemd/system/foreman-proxy.service.d/local.conf", """
                [Service]
                WatchdogSec=10
                TimeoutAbortSec=1
                RestartSec=0
                """);
        machine.write("/etc/foreman-proxy/settings.d/dns_embedded.yml", "---\n:listen: ['127.0.0.1:53']\n");
        append(machine.file("/etc/foreman-proxy/settings.yml"), "# by hand\n");
        var before = machine.service("MainPID");

        machine.ok("dpkg", "-i", machine.bring(Packages.pack(staged)));

        assertThat(Files.readString(machine.file("/etc/foreman-proxy/settings.yml")))
                .contains("# by hand")
                .doesNotContain("next version");
        assertThat(machine.file("/etc/foreman-proxy/settings.d/logs.yml"))
                .content()
                .contains("next version");
        assertThat(machine.file("/etc/default/foreman-proxy")).content().contains("next version");
        assertThat(owner("/etc/foreman-proxy/settings.d/logs.yml")).isEqualTo("root foreman-proxy 640");
        assertThat(machine.service("MainPID")).isNotEqualTo(before).isNotEqualTo("0");
        assertThat(foreman("/features")).isEqualTo("[\"dns\",\"logs\"] 200");
    }

    @Test
    @Order(9)
    void aFrozenDaemonIsKilledAndStartedAnew() throws Exception {
        var frozen = machine.service("MainPID");
        machine.ok("kill", "-STOP", frozen);

        await().atMost(WATCHDOG)
                .until(() -> !machine.service("MainPID").matches("0|" + frozen)
                        && machine.service("ActiveState").equals("active"));
        assertThat(machine.ok("journalctl", "--no-pager", "-u", "foreman-proxy"))
                .contains("Watchdog timeout");
        assertThat(foreman("/features")).endsWith(" 200");
    }

    @Test
    @Order(10)
    void removalEndsTheDaemonAndKeepsSettingsStateAndLog() throws Exception {
        var settings = Files.readString(machine.file("/etc/foreman-proxy/settings.yml"));

        machine.ok("dpkg", "-r", "smart-proxy");

        assertThat(machine.run("pgrep", "-u", "foreman-proxy").output()).isEmpty();
        assertThat(machine.file("/lib/systemd/system/foreman-proxy.service")).doesNotExist();
        assertThat(machine.file("/usr/share/foreman-proxy")).doesNotExist();
        assertThat(machine.file("/etc/foreman-proxy/settings.yml")).content().isEqualTo(settings);
        assertThat(machine.file("/var/log/foreman-proxy/proxy.log")).exists();
        assertThat(machine.ok("find", "/var/lib/foreman-proxy", "-type", "f")).isNotEmpty();
    }

    @Test
    @Order(11)
    void purgeLeavesTheUserAndWhatThePackageDidNotBring() throws Exception {
        machine.ok("dpkg", "-P", "smart-proxy");

        assertThat(machine.ok(
                                "find",
                                "/etc",
                                "/usr",
                                "/var",
                                "-path",
                                "*foreman-proxy*",
                                "-o",
                                "-path",
                                "*smart-proxy*")
                        .lines()
                        .sorted()
                        .toList())
                .containsExactly(
                        "/etc/foreman-proxy",
                        "/etc/foreman-proxy/ssl_ca.pem",
                        "/etc/foreman-proxy/ssl_cert.pem",
                        "/etc/foreman-proxy/ssl_key.pem",
                        "/etc/systemd/system/foreman-proxy.service.d",
                        "/etc/systemd/system/foreman-proxy.service.d/local.conf");
        machine.ok("getent", "passwd", "foreman-proxy");
    }

    private String foreman(String path, String... options) throws Exception {
        var words = new String[options.length + 6];
        System.arraycopy(
                new String[] {"--cacert", pem("ca.pem"), "--cert", pem("foreman.pem"), "--key", pem("foreman.key")},
                0,
                words,
                0,
                6);
        System.arraycopy(options, 0, words, 6, options.length);
        return machine.curl(PORT, path, words);
    }

    private String pem(String name) {
        return directory.resolve("pki").resolve(name).toString();
    }

    private String owner(String path) throws Exception {
        return machine.ok("stat", "-c", "%U %G %a", path).strip();
    }

    private String log() throws IOException {
        return Files.readString(machine.file("/var/log/foreman-proxy/proxy.log"));
    }

    private static void append(Path file, String text) throws IOException {
        Files.writeString(file, Files.readString(file) + text);
    }
}
