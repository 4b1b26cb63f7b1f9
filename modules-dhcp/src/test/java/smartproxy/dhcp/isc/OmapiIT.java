package smartproxy.dhcp.isc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import smartproxy.core.api.BackendException;
import smartproxy.core.api.BackendException.Kind;
import smartproxy.core.api.Deadline;
import smartproxy.core.api.Secret;
import smartproxy.dhcp.Ipv4;
import smartproxy.dhcp.MacAddress;

/** The client of OMAPI against a real dhcpd. */
class OmapiIT {
    private static final MacAddress MAC = MacAddress.of("02:00:00:00:00:10");

    private static Deadline soon() {
        return Deadline.in(Duration.ofSeconds(60));
    }

    private static Optional<OmapiClient.Host> find(OmapiClient omapi, String name) throws Exception {
        return omapi.talk(soon(), talk -> talk.find(name));
    }

    private static boolean delete(OmapiClient omapi) throws Exception {
        return omapi.talk(soon(), talk -> talk.delete(talk.find(MAC).orElseThrow()));
    }

    @ParameterizedTest
    @EnumSource(
            value = OmapiKey.Algorithm.class,
            names = {"HMAC_MD5", "HMAC_SHA1", "HMAC_SHA256", "HMAC_SHA512"})
    void createsFindsAndDeletesWithKeysOfEachAlgorithm(OmapiKey.Algorithm algorithm, @TempDir Path directory)
            throws Exception {
        try (var dhcpd = LabDhcpd.start(directory, algorithm);
                var omapi = new OmapiClient(dhcpd.server(algorithm))) {
            int created = omapi.talk(
                    soon(),
                    talk -> talk.create("h1.example.com", Ipv4.of("192.0.2.50"), MAC, "filename = \"pxelinux.0\";"));
            assertThat(created).isEqualTo(OmapiResult.SUCCESS);
            var found = omapi.talk(soon(), talk -> talk.find(MAC)).orElseThrow();
            assertThat(found.name()).contains("h1.example.com");
            assertThat(found.ip()).contains(Ipv4.of("192.0.2.50"));
            assertThat(found.mac()).contains(MAC);
            assertThat(find(omapi, "h1.example.com")).isPresent();

            int sameName = omapi.talk(
                    soon(),
                    talk -> talk.create(
                            "h1.example.com",
                            Ipv4.of("192.0.2.51"),
                            MacAddress.of("02:00:00:00:00:11"),
                            "filename = \"a\";"));
            assertThat(sameName).isEqualTo(OmapiResult.EXISTS);
            int sameMac = omapi.talk(
                    soon(), talk -> talk.create("h2.example.com", Ipv4.of("192.0.2.51"), MAC, "filename = \"a\";"));
            assertThat(sameMac).isEqualTo(OmapiResult.KEY_CONFLICT);
            assertThat(delete(omapi)).isTrue();
            assertThat(find(omapi, "h1.example.com")).isEmpty();
        }
    }

    @Test
    void aKeyThatDhcpdDoesNotTakeIsNamed(@TempDir Path directory) {
        var md5 = OmapiKey.Algorithm.HMAC_MD5;
        try (var dhcpd = LabDhcpd.start(directory)) {
            var other = new Secret("b3RoZXJvdGhlcm90aGVyb3RoZXI=");
            refuses(
                    dhcpd.server("lab_key", md5, other),
                    "does not take the signature of key lab_key (hmac-md5)",
                    "key_secret");
            refuses(dhcpd.server("other", md5, dhcpd.secret()), "does not know key other (hmac-md5)", "omapi-key");
            refuses(
                    dhcpd.server("lab_key", OmapiKey.Algorithm.HMAC_SHA256, dhcpd.secret()),
                    "does not know key lab_key (hmac-sha256)",
                    "algorithm");
            refuses(new OmapiServer(dhcpd.address(), 7911, Optional.empty()), "wants the key", "key_name");
        }
    }

    private static void refuses(OmapiServer server, String... texts) {
        try (var omapi = new OmapiClient(server)) {
            assertThatThrownBy(() -> omapi.talk(soon(), talk -> talk.find(MAC)))
                    .isInstanceOfSatisfying(
                            BackendException.class, e -> assertThat(e.kind()).isEqualTo(Kind.REJECTED))
                    .hasMessageContainingAll(texts);
        }
    }

    @Test
    void manyOperationsOnOneConnectionLeaveDhcpdSmall(@TempDir Path directory) throws Exception {
        operations(directory, 2_000, 1_000);
    }

    @Test
    @Tag("long")
    void aHundredThousandOperationsOnOneConnectionLeaveDhcpdSmall(@TempDir Path directory) throws Exception {
        operations(directory, 100_000, 2_000);
    }

    private static void operations(Path directory, int count, long mostKib) throws Exception {
        try (var dhcpd = LabDhcpd.start(directory);
                var omapi = new OmapiClient(dhcpd.server(OmapiKey.Algorithm.HMAC_MD5))) {
            var before = dhcpd.memory();
            for (var i = 0; i < count / 4; i++) {
                var name = "n" + i + ".example.com";
                int created = omapi.talk(
                        soon(), talk -> talk.create(name, Ipv4.of("192.0.2.50"), MAC, "filename = \"pxelinux.0\";"));
                assertThat(created).isEqualTo(OmapiResult.SUCCESS);
                assertThat(find(omapi, name)).isPresent();
                assertThat(delete(omapi)).isTrue();
            }
            var grown = dhcpd.memory() - before;
            assertThat(grown).as("KiB of dhcpd, %d before", before).isLessThan(mostKib);
        }
    }
}
