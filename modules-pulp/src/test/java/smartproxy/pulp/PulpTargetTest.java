package smartproxy.pulp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import smartproxy.core.api.InvalidSetting;
import smartproxy.core.api.Secret;

class PulpTargetTest {
    private static final String API = "http://127.0.0.1:25817";
    private static final String CONTENT = "http://127.0.0.1:25816";

    private static PulpTarget one(Object name, Map<String, ?> block) throws InvalidSetting {
        return PulpTarget.FURTHER.parse(Map.of(name, block)).values().iterator().next();
    }

    @Test
    void tellsWhereItIsAndAsWhomItIsSpokenTo(@TempDir Path directory) throws Exception {
        var password = Files.writeString(directory.resolve("password"), "sesame\n");
        var pulp = one(
                "mirror",
                Map.of(
                        "api_url",
                        API + "/",
                        "content_url",
                        CONTENT,
                        "username",
                        "admin",
                        "password_file",
                        password.toString()));

        assertThat(pulp.name()).isEqualTo("mirror");
        assertThat(pulp.api().base()).isEqualTo(URI.create(API));
        assertThat(pulp.api().headers()).containsEntry("Authorization", new Secret("Basic YWRtaW46c2VzYW1l"));
        assertThat(pulp.content().base()).isEqualTo(URI.create(CONTENT));
        assertThat(pulp.path("api/v3/status/")).isEqualTo("pulp/api/v3/status/");
        assertThat(pulp.place()).isEqualTo("/pulp/mirror/");
        assertThat(pulp.toString()).doesNotContain("sesame");
    }

    @Test
    void whoIsSpokenToAsNobodySeesNoCertificateEither(@TempDir Path directory) throws Exception {
        var file = Files.writeString(directory.resolve("file"), "x").toString();
        var pulp = one(
                "mirror",
                Map.of(
                        "api_url",
                        API,
                        "content_url",
                        CONTENT,
                        "client_cert",
                        file,
                        "client_key",
                        file,
                        "ca_file",
                        file));

        assertThat(pulp.api().certificate()).contains(Path.of(file));
        for (var nobody : List.of(pulp.open(), pulp.content())) {
            assertThat(nobody.certificate()).isEmpty();
            assertThat(nobody.headers()).isEmpty();
            assertThat(nobody.caFile()).contains(Path.of(file));
        }
    }

    @Test
    void apiRootIsWhereItsPathsBegin() throws Exception {
        var pulp = one("m", Map.of("api_url", API, "content_url", CONTENT, "api_root", "/pulp/m/"));

        assertThat(pulp.path("api/v3/")).isEqualTo("pulp/m/api/v3/");
        assertThatThrownBy(() -> one("m", Map.of("api_url", API, "content_url", CONTENT, "api_root", "/pulp/../")))
                .hasMessageContaining("api_root");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "api",
                "content",
                "container",
                "isos",
                "deb",
                "repos",
                "puppet",
                "status",
                "assets",
                "pulp",
                "a/b",
                "..",
                "A",
                "a b",
                ""
            })
    void aNameThatWouldHideARouteIsRefused(String name) {
        assertThatThrownBy(() -> one(name, Map.of("api_url", API, "content_url", CONTENT)))
                .isInstanceOf(InvalidSetting.class)
                .hasMessageContaining("'" + name + "'");
    }

    @Test
    void whatIsWrongIsNamed() {
        assertThatThrownBy(() -> one("m", Map.of("content_url", CONTENT)))
                .hasMessage("Parameter 'pulps: m' has no api_url");
        assertThatThrownBy(() -> one("m", Map.of("api_url", API, "content_url", "http://a/pulp/content")))
                .hasMessageStartingWith("Parameter 'pulps: m: content_url' has a URL that is not ")
                .hasMessageContaining("host and port alone");
        assertThatThrownBy(() -> one(
                        "m",
                        Map.of(
                                "api_url",
                                API,
                                "content_url",
                                CONTENT,
                                "remote_user",
                                "x",
                                "username",
                                "x",
                                "password_file",
                                "/etc/passwd")))
                .hasMessageContaining("has two logins to Pulp");
        assertThatThrownBy(() -> one("m", Map.of("api_url", API, "content_url", CONTENT, "user", "x")))
                .hasMessageContaining("has 'user'");
        assertThatThrownBy(() -> one("m", Map.of("api_url", API, "content_url", CONTENT, "username", "x")))
                .hasMessageContaining("does not say how to log in");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a:b", "a\r\nX-Other: b", "a\u0000", ""})
    void whatCannotBeSentAsAUserIsRefused(String user) {
        for (var key : List.of("username", "remote_user")) {
            assertThatThrownBy(() -> one(
                            "m",
                            Map.of("api_url", API, "content_url", CONTENT, key, user, "password_file", "/etc/passwd")))
                    .hasMessageStartingWith("Parameter 'pulps: m: " + key + "' ");
        }
    }

    @Test
    void furtherPulpsAreAMappingOfSoMany() {
        assertThatThrownBy(() -> PulpTarget.FURTHER.parse("mirror"))
                .isInstanceOf(InvalidSetting.class)
                .hasMessage("Parameter 'pulps' is expected to be a mapping");
        var many = IntStream.range(0, 100)
                .boxed()
                .collect(Collectors.toMap(
                        number -> "m" + number, number -> Map.of("api_url", API, "content_url", CONTENT)));
        assertThatThrownBy(() -> PulpTarget.FURTHER.parse(many))
                .isInstanceOf(InvalidSetting.class)
                .hasMessageMatching("Parameter 'pulps' has more than \\d+ Pulps");
    }
}
