package smartproxy.pulp.content;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ContentJsonTest {
    @Test
    void ofASecretNobodyIsToldMoreThanThatItIsSet() {
        var upstream = ContentInput.upstream(ContentJson.read("""
                {"url": "https://primary.example.com/", "user": "s3cret", "password": "s3cret",
                 "tls": {"key": "-----BEGIN PRIVATE KEY-----\\ns3cret\\n-----END PRIVATE KEY-----"},
                 "proxy": {"url": "http://proxy.example.com:3128", "user": "s3cret", "password": "s3cret"},
                 "options": {"token": "s3cret", "sles_auth_token": "s3cret", "depth": 1}}"""));
        var shown = ContentJson.upstream("r1", upstream);
        assertThat(shown.toString()).doesNotContain("s3cret");
        assertThat(shown.path("options").toString()).isEqualTo("{\"depth\":1,\"sles_auth_token\":\"\",\"token\":\"\"}");
    }
}
