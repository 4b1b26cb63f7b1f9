package smartproxy.core.settings;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class ProblemTest {
    private static final Path FILE = Path.of("/etc/dns.yml");

    @Test
    void printsWhatIsKnown() {
        assertThat(Problem.error(FILE, 3, "dns_ttl", "it is wrong", "write a number"))
                .hasToString("/etc/dns.yml:3: dns_ttl: it is wrong (write a number)");
        assertThat(Problem.warning(FILE, 0, "dns_ttl", "it is wrong", ""))
                .hasToString("/etc/dns.yml: dns_ttl: it is wrong");
        assertThat(Problem.error(FILE, 0, "", "it is empty", "")).hasToString("/etc/dns.yml: it is empty");
    }
}
