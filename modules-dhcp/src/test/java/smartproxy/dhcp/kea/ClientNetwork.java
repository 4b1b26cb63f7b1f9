package smartproxy.dhcp.kea;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** A server and a client on one wire, each in a network namespace of its own. Needs root. */
final class ClientNetwork implements AutoCloseable {
    private static final String SERVER_INTERFACE = "dhcp0";
    private static final AtomicInteger COUNT = new AtomicInteger();

    private final Path directory;
    private final String server;
    private final String client;

    /** What lives in the namespaces goes before them. */
    private final Deque<AutoCloseable> opened = new ArrayDeque<>();

    /**
     * @param name of at most four letters, of its own for each test class
     * @param mac of the client
     * @param address of the server, with the length of its prefix
     */
    ClientNetwork(String name, Path directory, String mac, String address) throws Exception {
        this.directory = directory;
        var id = name + "-" + Long.toString(ProcessHandle.current().pid(), 36) + "-" + COUNT.incrementAndGet();
        this.server = id + "-s";
        this.client = id + "-c";
        try {
            build(mac, address);
        } catch (Exception | Error e) {
            close();
            throw e;
        }
    }

    private void build(String mac, String address) throws Exception {
        for (var space : List.of(server, client)) {
            run("ip", "netns", "add", space);
            opened.push(() -> run("ip", "netns", "del", space));
            // a link-local address is wanted at once
            run("ip", "netns", "exec", space, "sh", "-c", "echo 0 >/proc/sys/net/ipv6/conf/default/accept_dad");
            run("ip", "-n", space, "link", "set", "lo", "up");
        }
        run(
                "ip",
                "-n",
                server,
                "link",
                "add",
                SERVER_INTERFACE,
                "type",
                "veth",
                "peer",
                "name",
                "eth0",
                "netns",
                client);
        run("ip", "-n", client, "link", "set", "eth0", "address", mac);
        run("ip", "-n", server, "address", "add", address, "dev", SERVER_INTERFACE);
        run("ip", "-n", server, "link", "set", SERVER_INTERFACE, "up");
        run("ip", "-n", client, "link", "set", "eth0", "up");
        awaitLinkLocal(server, SERVER_INTERFACE);
        awaitLinkLocal(client, "eth0");
    }

    /** The kernel gives an interface its link-local address a moment after it is up; dhclient -6 ends without one. */
    private void awaitLinkLocal(String space, String name) {
        await().atMost(Duration.ofSeconds(60))
                .until(() -> run("ip", "-n", space, "-6", "address", "show", "dev", name, "scope", "link", "-tentative")
                        .contains("fe80:"));
    }

    String server() {
        return server;
    }

    String interfaceOfServer() {
        return SERVER_INTERFACE;
    }

    /** Has it closed before the network is. */
    <T extends AutoCloseable> T closing(T one) {
        opened.push(one);
        return one;
    }

    /** @return what it wrote */
    String inClient(String... command) throws IOException, InterruptedException {
        var all = new ArrayList<>(List.of("ip", "netns", "exec", client));
        all.addAll(List.of(command));
        return run(all.toArray(String[]::new));
    }

    private String run(String... command) throws IOException, InterruptedException {
        var output = Files.createTempFile(directory, "run", ".out");
        var process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS))
                .as("%s ends", String.join(" ", command))
                .isTrue();
        assertThat(process.exitValue())
                .as("%s: %s", String.join(" ", command), Files.readString(output))
                .isZero();
        return Files.readString(output);
    }

    @Override
    public void close() throws Exception {
        while (!opened.isEmpty()) {
            opened.pop().close();
        }
    }
}
