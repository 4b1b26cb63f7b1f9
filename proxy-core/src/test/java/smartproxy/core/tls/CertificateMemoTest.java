package smartproxy.core.tls;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.cert.X509Certificate;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class CertificateMemoTest {
    private final TestPki pki = TestPki.create();
    private final AtomicInteger made = new AtomicInteger();
    private final CertificateMemo<String> memo = new CertificateMemo<>(certificate -> {
        made.incrementAndGet();
        return certificate.getSubjectX500Principal().getName();
    });

    @Test
    void makesOncePerCertificate() throws Exception {
        var first = certificate("first.example.com");
        var second = certificate("second.example.com");

        assertThat(memo.of(first)).isEqualTo("CN=first.example.com");
        assertThat(memo.of(second)).isEqualTo("CN=second.example.com");
        assertThat(memo.of(JdkCertificates.of(first))).isEqualTo("CN=first.example.com");

        assertThat(made).hasValue(2);
    }

    @Test
    void keepsTheLastOnesAlone() {
        var first = certificate("first.example.com");
        memo.of(first);
        for (var i = 0; i < CertificateMemo.MOST; i++) {
            memo.of(certificate("host" + i + ".example.com"));
        }

        memo.of(first);

        assertThat(made).hasValue(CertificateMemo.MOST + 2);
    }

    private X509Certificate certificate(String name) {
        return pki.client(name).certificate();
    }
}
