package smartproxy.packaging;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import smartproxy.dns.DnsClient;
import smartproxy.dns.DnsName;
import smartproxy.dns.DnsRecord;
import smartproxy.dns.RecordType;

/**
 * A real PowerDNS from {@code lab/pdns}; fails when there is none.
 *
 * @param api address of its HTTP API
 * @param key shown to the API
 * @param port of DNS
 */
record LabPdns(Path directory, String api, String key, int port) implements AutoCloseable {
    private static final Path LAB = House.ROOT.resolve("lab/pdns");

    static LabPdns start(Path directory) throws Exception {
        var told = run("start.sh", directory);
        var words = told.lines()
                .filter(line -> line.contains("="))
                .map(line -> line.split("=", 2))
                .collect(Collectors.toMap(pair -> pair[0], pair -> pair[1]));
        return new LabPdns(directory, word(words, "api"), word(words, "key"), Integer.parseInt(word(words, "port")));
    }

    private static String word(Map<String, String> words, String name) {
        var word = words.get(name);
        if (word == null) {
            throw new IllegalStateException("start.sh does not say " + name + ": " + words);
        }
        return word;
    }

    private static String run(String script, Path directory) throws Exception {
        var told = Command.run(House.ROOT, Map.of(), List.of(LAB.resolve(script).toString(), directory.toString()));
        if (told.status() != 0) {
            throw new IllegalStateException(script + ": " + told.output());
        }
        return told.output();
    }

    /** The data it answers with, asked by DNS. */
    List<String> read(String name, RecordType type) {
        return new DnsClient(new InetSocketAddress(InetAddress.getLoopbackAddress(), port))
                .records(DnsName.service(name).orElseThrow(), type).stream()
                        .map(DnsRecord::data)
                        .toList();
    }

    @Override
    public void close() throws Exception {
        run("stop.sh", directory);
    }
}
