package smartproxy.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import smartproxy.core.daemon.FreePorts;
import smartproxy.dns.LabBind;

/** {@code check} and {@code check --live} of the built daemon. */
@Timeout(300)
class CheckIT {
    @TempDir
    Path directory;

    private Site site;

    @BeforeEach
    void install() {
        site = Site.in(directory);
    }

    @Test
    void tellsEveryUnusableTlsFileAtOnce() throws Exception {
        Files.delete(site.pki("ca.pem"));
        Files.writeString(site.pki("server.key"), "no PEM\n");
        Files.writeString(site.pki("server.pem"), "no PEM\n");

        var told = check();

        assertThat(live().output())
                .contains("ok: https_port, 127.0.0.1:" + site.port() + " tcp: free")
                .doesNotContain("Both http and https are disabled");
        assertThat(told.status()).isEqualTo(1);
        assertThat(told.output().lines())
                .anyMatch(line -> line.startsWith("error: " + site.pki("ca.pem") + ": no such file; put it there"))
                .anyMatch(line -> line.startsWith("error: " + site.pki("server.key") + ": no private key in it"))
                .anyMatch(line -> line.startsWith("error: " + site.pki("server.pem") + ": no certificate in it"));
        assertThat(told.output()).endsWith("3 errors, 0 warnings\n");
    }

    /** Files of the installer whose module or provider is there. */
    private static final Set<String> OURS = Set.of(
            "dns.yml",
            "dns_nsupdate.yml",
            "dhcp.yml",
            "dhcp_isc.yml",
            "httpboot.yml",
            "logs.yml",
            "pulpcore.yml",
            "tftp.yml");

    @ParameterizedTest
    @ValueSource(strings = {"installer-foreman", "installer-katello", "installer-proxy-content", "foremanctl"})
    void saysOfEachFileOfAnInstallerWhatBecomesOfIt(String installer) throws Exception {
        var from = House.ROOT.resolve("proxy-core/src/test/resources/settings").resolve(installer + "/settings.d");
        List<Path> files;
        try (var all = Files.list(from)) {
            files = all.sorted().toList();
        }
        for (var file : files) {
            site.write(site.settingsDirectory().resolve(file.getFileName()), Files.readString(file));
        }

        var lines = check().output().lines().toList();

        for (var file : files) {
            var name = file.getFileName().toString();
            assertThat(lines).as(name).anyMatch(line -> line.startsWith(name + ": "));
            var enabled = Files.readString(file).matches("(?s).*(?m)^:enabled: (https|http|true)$.*");
            var ours = OURS.contains(name);
            var absent = ": " + (enabled ? "enabled" : "disabled") + ", not in this version";
            if (ours) {
                assertThat(lines).as(name).anyMatch(line -> line.startsWith(name) && line.contains(", works"));
            } else if (Files.readString(file).contains(":enabled:")) {
                assertThat(lines).as(name).anyMatch(line -> line.startsWith(name + absent));
            } else {
                assertThat(lines).as(name).anyMatch(line -> line.startsWith(name + ": provider of "));
            }
            if (enabled && !ours) {
                assertThat(lines)
                        .as(name)
                        .anyMatch(line -> line.matches("(error|warning): .*/" + name + ":\\d+: enabled: .*"));
            }
        }
    }

    @Test
    void theDaemonWarnsOfWhatItLeavesOutToo() throws Exception {
        site.module("openscap", ":enabled: https").module("dnss", ":enabled: https");

        try (var daemon = site.start()) {
            assertThat(daemon.isAlive()).isTrue();
            assertThat(site.log())
                    .containsPattern("\\[W] .*openscap\\.yml:2: enabled: 'openscap' is a plug-in of the Ruby proxy")
                    .containsPattern(
                            "\\[W] .*dnss\\.yml:2: no module or provider is called 'dnss'.*did you mean dns.yml");
            assertThat(site.foreman().get("/features").body()).isEqualTo("[\"logs\"]");
        }
    }

    @Test
    void liveBesideTheRunningDaemonOverARealBind() throws Exception {
        try (var bind = LabBind.start(directory.resolve("bind"))) {
            site.nsupdate(bind.port(), bind.key("sha256"));
            var before = bind.transfer("example.com");
            try (var daemon = site.start()) {
                var told = live("--zone", "example.com", "--zone=2.0.192.in-addr.arpa");

                assertThat(told.status()).as(told.output()).isZero();
                assertThat(told.output().lines())
                        .contains("ok: https_port, 127.0.0.1:" + site.port()
                                + " tcp: held by the daemon that runs, process " + daemon.pid())
                        .anyMatch(line -> line.startsWith("ok: dns_nsupdate 127.0.0.1:" + bind.port())
                                && line.endsWith("answers, and takes key sha256 (hmac-sha256)"))
                        .anyMatch(line -> line.contains("zone example.com: key sha256 (hmac-sha256) may change it"))
                        .anyMatch(line -> line.contains("zone 2.0.192.in-addr.arpa: "))
                        .anyMatch(line -> line.startsWith("ok: certificate " + site.pki("server.pem")))
                        .anyMatch(line -> line.contains("trusted_hosts foreman.example.com: "))
                        .anyMatch(line -> line.startsWith("dns_nsupdate.yml: chosen for dns, works differently: "));
                assertThat(site.foreman()
                                .create("after.example.com", "192.0.2.5", "A")
                                .statusCode())
                        .isEqualTo(200);
                assertThat(site.foreman().delete("/dns/after.example.com/A").statusCode())
                        .isEqualTo(200);
            }
            assertThat(bind.transfer("example.com")).isEqualTo(before);

            bind.stop();
            var without = live();
            assertThat(without.status()).isEqualTo(1);
            assertThat(without.output().lines())
                    .anyMatch(line -> line.startsWith("error: dns_nsupdate 127.0.0.1:" + bind.port()))
                    .contains("ok: https_port, 127.0.0.1:" + site.port() + " tcp: free");
        }
    }

    @Test
    void liveOverTheEmbeddedServerLeavesNothingBehind() throws Exception {
        var port = FreePorts.next();
        site.module("dns", ":enabled: https", ":use_provider: dns_embedded")
                .module("dns_embedded", ":listen: ['127.0.0.1:" + port + "']", ":zones: [example.com]");

        var first = live();

        assertThat(first.status()).as(first.output()).isZero();
        assertThat(first.output().lines())
                .contains(
                        "ok: dns_embedded listen, 127.0.0.1:" + port + " udp: free",
                        "ok: dns_embedded listen, 127.0.0.1:" + port + " tcp: free",
                        "ok: dns_embedded zone example.com: new, nothing in the store yet");
        assertThat(site.directory().resolve("state")).doesNotExist();
        assertThat(site.logFile()).doesNotExist();

        try (var daemon = site.start()) {
            site.foreman().create("a.example.com", "192.0.2.5", "A");
            assertThat(live().output().lines())
                    .contains(
                            "ok: dns_embedded listen, 127.0.0.1:" + port
                                    + " udp: held by the daemon that runs, process " + daemon.pid(),
                            "ok: dns_embedded zone example.com: 1 records in the store");
            assertThat(site.foreman().answers()).isTrue();
        }
        assertThat(live("--zone", "example.org").output())
                .contains(
                        "error: dns_embedded: serves no zone for 'example.org'", "example.com: 1 records in the store");
    }

    @Test
    void saysThatAddressesAreProbedByTcpAloneWithoutItsCapability() throws Exception {
        site.module("dhcp", ":enabled: https", ":use_provider: dhcp_embedded")
                .module("dhcp_embedded", ":networks: ['192.0.2.0/255.255.255.0']");
        var words = List.of(
                House.TREE.resolve("bin/smart-proxy").toString(),
                "check",
                "--config",
                site.settingsFile().toString());
        var without = new ArrayList<String>();
        if (System.getProperty("user.name").equals("root")) {
            without.addAll(List.of("setpriv", "--bounding-set", "-net_raw", "--inh-caps", "-net_raw"));
        }
        without.addAll(words);
        var lacks =
                "warning: dhcp ping_free_ip: unused addresses are probed by TCP alone, as this process lacks CAP_NET_RAW";

        assertThat(Command.run(directory, Map.of("SMART_PROXY_CACHE", "none"), without)
                        .output())
                .contains(lacks, "AmbientCapabilities");
        site.module("dhcp", ":enabled: https", ":use_provider: dhcp_embedded", ":ping_free_ip: false");
        assertThat(Command.run(directory, Map.of("SMART_PROXY_CACHE", "none"), without)
                        .output())
                .doesNotContain("CAP_NET_RAW");
    }

    @ParameterizedTest
    @ValueSource(strings = {"run --live", "check --zone example.com", "check --lively"})
    void refusesWordsThatDoNotFit(String words) throws Exception {
        var told = site.command(words.split(" "));
        assertThat(told.status()).isEqualTo(2);
        assertThat(told.output()).contains("smart-proxy: unexpected ", "check --live [--zone NAME]");
    }

    private Command check() throws IOException, InterruptedException {
        return site.command("check", "--config", site.settingsFile().toString());
    }

    private Command live(String... more) throws IOException, InterruptedException {
        var words = new ArrayList<>(
                List.of("check", "--live", "--config", site.settingsFile().toString()));
        words.addAll(List.of(more));
        return site.command(words.toArray(String[]::new));
    }
}
