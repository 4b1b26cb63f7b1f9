package smartproxy.dns.embedded;

import static java.util.stream.Collectors.toMap;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import smartproxy.core.api.Deadline;
import smartproxy.core.api.InvalidSetting;
import smartproxy.core.api.Setting;
import smartproxy.core.api.Values;
import smartproxy.core.daemon.FreePorts;
import smartproxy.dns.DnsClient;
import smartproxy.dns.DnsName;
import smartproxy.dns.DnsProvider.Creation;
import smartproxy.dns.DnsProvider.Removal;
import smartproxy.dns.DnsRecord;
import smartproxy.dns.RecordType;

/** A started provider and what it stands on. */
record TestServer(
        EmbeddedDnsProvider provider,
        TestContext context,
        TestStore store,
        EmbeddedDnsSettings settings,
        DnsClient client)
        implements AutoCloseable {

    /** One that listens on 127.0.0.1 and has its store in a directory. */
    static TestServer start(Path directory, Map<String, Object> settings) throws Exception {
        var all = new HashMap<String, Object>(settings);
        all.putIfAbsent("listen", "127.0.0.1:" + FreePorts.next());
        var bound = settings(all);
        var store = TestStore.open(directory.resolve("store.db"));
        var context = new TestContext(store);
        var provider = (EmbeddedDnsProvider) new EmbeddedFactory().create(bound, context);
        try {
            provider.start();
        } catch (Exception e) {
            provider.close();
            store.close();
            throw e;
        }
        return new TestServer(
                provider, context, store, bound, new DnsClient(bound.listen().get(0)));
    }

    /** Settings as the core binds them. */
    static EmbeddedDnsSettings settings(Map<String, Object> given) throws InvalidSetting {
        var schema = EmbeddedDnsSettings.SCHEMA;
        var byKey = schema.settings().stream().collect(toMap(Setting::key, setting -> setting));
        var bound = new HashMap<Setting<?>, Object>();
        for (var setting : schema.settings()) {
            Object value = setting.defaultValue();
            if (value != null) {
                bound.put(setting, value);
            }
        }
        for (var entry : given.entrySet()) {
            var setting = byKey.get(entry.getKey());
            if (setting == null) {
                throw new IllegalArgumentException(entry.getKey());
            }
            Object value = setting.parse(entry.getValue());
            bound.put(setting, value);
        }
        return schema.binder().bind(new Values(bound));
    }

    static InetSocketAddress loopback(int port) {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    static DnsRecord record(String name, RecordType type, String data) {
        return new DnsRecord(DnsName.service(name).orElseThrow(), type, data, 300);
    }

    static Deadline soon() {
        return Deadline.in(Duration.ofSeconds(30));
    }

    Creation create(String name, RecordType type, String data) {
        return provider.create(record(name, type, data), soon());
    }

    Removal remove(String name, RecordType type) {
        return provider.remove(DnsName.service(name).orElseThrow(), type, soon());
    }

    List<DnsRecord> answered(String name, RecordType type) {
        return client.records(DnsName.service(name).orElseThrow(), type);
    }

    long serial(String zone) {
        return client.serial(DnsName.service(zone).orElseThrow());
    }

    @Override
    public void close() throws SQLException {
        provider.close();
        store.close();
    }
}
