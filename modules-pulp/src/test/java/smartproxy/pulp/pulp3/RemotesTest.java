package smartproxy.pulp.pulp3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import smartproxy.core.api.CallerException;
import smartproxy.pulp.content.ContentType;
import smartproxy.pulp.content.Upstream;

class RemotesTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    private static Upstream wanted(Map<String, Double> limits, Map<String, Object> options) {
        return new Upstream(
                URI.create("https://up.example.com/x/"),
                Upstream.Policy.ON_DEMAND,
                Upstream.Tls.DEFAULT,
                Upstream.Login.NONE,
                Optional.empty(),
                limits,
                options,
                Map.of());
    }

    private static Map<String, Object> body(ContentType type, Map<String, Object> options) {
        return Remotes.body(Pulp3Type.of(type), wanted(Map.of(), options));
    }

    /** The serializers of the plug-ins: a null would be refused, and the change of the whole remote with it. */
    @Test
    void anOptionThatIsNoLongerWantedBecomesWhatPulpHasWithoutIt() {
        assertThat(body(ContentType.OSTREE, Map.of()))
                .containsEntry("depth", 0)
                .containsEntry("include_refs", null)
                .containsEntry("exclude_refs", null);
        assertThat(body(ContentType.PYTHON, Map.of()))
                .containsEntry("keep_latest_packages", 0)
                .containsEntry("includes", List.of())
                .containsEntry("excludes", List.of())
                .containsEntry("package_types", List.of());
        assertThat(body(ContentType.ANSIBLE, Map.of()))
                .containsEntry("sync_dependencies", true)
                .containsEntry("token", null)
                .doesNotContainKey("policy");
        assertThat(body(ContentType.FILE, Map.of()))
                .doesNotContainKeys("depth", "keep_latest_packages", "sync_dependencies", "includes");
    }

    @Test
    void optionsGoAsTheyAre() {
        assertThat(body(ContentType.OSTREE, Map.of("depth", 3, "include_refs", List.of("a"))))
                .containsEntry("depth", 3)
                .containsEntry("include_refs", List.of("a"));
        assertThat(body(ContentType.ANSIBLE, Map.of("sync_dependencies", false)))
                .containsEntry("sync_dependencies", false);
        assertThatThrownBy(() -> body(ContentType.RPM, Map.of("depth", 3)))
                .isInstanceOf(CallerException.class)
                .hasMessage("An upstream of type rpm does not know the option depth; known are sles_auth_token");
    }

    @Test
    void limitsOfWholeThingsAreWholeNumbers() {
        assertThat(Remotes.body(
                        Pulp3Type.of(ContentType.FILE),
                        wanted(Map.of("download_concurrency", 4.0, "total_timeout", 2.5), Map.of())))
                .containsEntry("download_concurrency", 4L)
                .containsEntry("total_timeout", 2.5)
                .containsEntry("rate_limit", null);
    }

    @Test
    void aRemoteIsReadWithoutWhatIsUsual() throws Exception {
        var remote = JSON.readTree("""
                {"url": "https://joe:sesame@up.example.com/x/", "policy": "streamed", "tls_validation": false, "ca_cert": null,
                 "client_cert": "", "proxy_url": "http://proxy.example.com:3128", "total_timeout": null, "rate_limit": 5,
                 "includes": ["a"], "excludes": [], "package_types": [], "keep_latest_packages": 0,
                 "hidden_fields": [{"name": "client_key", "is_set": true}, {"name": "username", "is_set": false},
                                   {"name": "proxy_username", "is_set": true}],
                 "pulp_labels": {"a": "b"}}
                """);

        var upstream = Remotes.upstream(Pulp3Type.of(ContentType.PYTHON), remote);

        assertThat(upstream.url()).hasToString("https://up.example.com/x/");
        assertThat(upstream.policy()).isEqualTo(Upstream.Policy.STREAMED);
        assertThat(upstream.tls().verify()).isFalse();
        assertThat(upstream.tls().authorities()).isNull();
        assertThat(upstream.tls().certificate()).isNull();
        assertThat(upstream.tls().key()).isNotNull();
        assertThat(upstream.login()).isEqualTo(Upstream.Login.UNSHOWN);
        assertThat(upstream.proxy()).hasValueSatisfying(proxy -> {
            assertThat(proxy.url()).hasToString("http://proxy.example.com:3128");
            assertThat(proxy.login().user()).isNotNull();
            assertThat(proxy.login().password()).isNull();
        });
        assertThat(upstream.limits()).isEqualTo(Map.of("rate_limit", 5.0));
        assertThat(upstream.options()).isEqualTo(Map.of("includes", List.of("a")));
        assertThat(upstream.labels()).isEqualTo(Map.of("a", "b"));
    }
}
