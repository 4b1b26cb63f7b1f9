package smartproxy.core.auth;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.xbill.DNS.Type;

/** Resolvers whose DNS is a few lines, for tests of other rooms. */
public final class Resolvers {
    private Resolvers() {}

    /** @param records {@code NAME TYPE DATA} each, names with their trailing dot */
    public static HostResolver of(String... records) {
        var dns = new FakeDns();
        for (var record : records) {
            var part = record.split(" ", 3);
            dns.add(part[0], 60, Type.value(part[1]), part[2]);
        }
        return new HostResolver(List.of(Duration.ofSeconds(5)), Path.of("/nonexistent/hosts"), dns, dns.nanoTime::get);
    }
}
