package smartproxy.dns.nsupdate;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import smartproxy.dns.DnsProvider.Creation.Created;
import smartproxy.dns.DnsProvider.Creation.Occupied;
import smartproxy.dns.DnsProvider.Removal;
import smartproxy.dns.LabBind;
import smartproxy.dns.RecordType;

/** Changes in a real BIND, read back by dig. */
class NsupdateIT {
    @TempDir
    static Path directory;

    static LabBind bind;
    static Provider dns;

    @BeforeAll
    static void start() {
        bind = LabBind.start(directory);
        dns = Provider.of("127.0.0.1", bind.port(), bind.key("sha256"));
    }

    @AfterAll
    static void stop() {
        dns.close();
        bind.close();
    }

    @Test
    void createsAndRemovesAnA() {
        assertThat(dns.create("a.example.com", RecordType.A, "192.0.2.1")).isEqualTo(new Created());
        assertThat(bind.read("a.example.com", "A")).containsExactly("192.0.2.1");

        assertThat(dns.create("a.example.com", RecordType.A, "192.0.2.1"))
                .isEqualTo(new Occupied(List.of(Provider.record("a.example.com", RecordType.A, "192.0.2.1"))));
        assertThat(dns.remove("a.example.com", RecordType.A)).isEqualTo(Removal.REMOVED);
        assertThat(bind.read("a.example.com", "A")).isEmpty();
        assertThat(dns.remove("a.example.com", RecordType.A)).isEqualTo(Removal.ABSENT);
    }
}
