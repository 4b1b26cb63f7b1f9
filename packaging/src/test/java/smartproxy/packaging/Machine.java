package smartproxy.packaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A Debian with systemd of its own in a container, loopback network only; its changes are thrown away. */
final class Machine implements AutoCloseable {
    private static final Path LAB = House.ROOT.resolve("lab/machine");

    private final Path directory;
    private final String leader;

    private Machine(Path directory, String leader) {
        this.directory = directory;
        this.leader = leader;
    }

    /** Boots; where this host cannot, the test is skipped, which is an error when CI=true. */
    static Machine boot(Path directory) throws IOException, InterruptedException {
        var able = Command.run(
                directory, Map.of(), List.of(LAB.resolve("install.sh").toString(), "--check"));
        assumeTrue(able.status() == 0, able.output());
        var started =
                Command.run(directory, Map.of(), List.of(LAB.resolve("start.sh").toString(), directory.toString()));
        assertThat(started.status()).as(started.output()).isZero();
        return new Machine(directory, started.output().strip().replaceFirst("(?s).*leader=", ""));
    }

    /** Runs a command inside to its end, standard input empty. */
    Command run(String... words) throws IOException, InterruptedException {
        return enter("-a", words);
    }

    /** @return what it says; it must end with status 0 */
    String ok(String... words) throws IOException, InterruptedException {
        var told = run(words);
        assertThat(told.status())
                .as("%s: %s", String.join(" ", words), told.output())
                .isZero();
        return told.output();
    }

    /** A request of this host's curl in the network of the machine, to its port; the body, then a space and the status. */
    String curl(int port, String path, String... options) throws IOException, InterruptedException {
        var words = new ArrayList<>(List.of("curl", "-s", "-m", "50", "--noproxy", "*", "-w", " %{http_code}"));
        words.addAll(List.of(options));
        words.add("https://127.0.0.1:" + port + path);
        return enter("-n", words.toArray(String[]::new)).output();
    }

    private Command enter(String namespaces, String... words) throws IOException, InterruptedException {
        var all = new ArrayList<>(List.of("nsenter", "-t", leader, namespaces));
        if (namespaces.equals("-a")) {
            all.addAll(
                    List.of("-r", "-w", "env", "DEBIAN_FRONTEND=noninteractive", "PATH=/usr/sbin:/usr/bin:/sbin:/bin"));
        }
        all.addAll(List.of(words));
        return Command.run(directory, Map.of(), all);
    }

    /** A file of the machine, absolute there, seen from this host. */
    Path file(String path) {
        return directory.resolve("root" + path);
    }

    /** Copies a file to /root. */
    String bring(Path file) throws IOException {
        var name = String.valueOf(file.getFileName());
        Files.copy(file, file("/root/" + name));
        return "/root/" + name;
    }

    /** Writes a file of root's that others can read. */
    Machine write(String path, String text) throws IOException {
        Files.createDirectories(file(path).getParent());
        Files.writeString(file(path), text);
        return this;
    }

    /** A property of the service, as {@code systemctl show} has it. */
    String service(String property) throws IOException, InterruptedException {
        return ok("systemctl", "show", "-P", property, "foreman-proxy").strip();
    }

    @Override
    public void close() throws IOException, InterruptedException {
        Command.run(directory, Map.of(), List.of(LAB.resolve("stop.sh").toString(), directory.toString()));
    }
}
