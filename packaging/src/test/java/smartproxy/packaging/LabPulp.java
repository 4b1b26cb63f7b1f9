package smartproxy.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import smartproxy.core.daemon.FreePorts;

/**
 * A real Pulp 3 from {@code lab/pulp}, in a network namespace; fails when there is none.
 *
 * @param told what {@code start.sh} says of it
 */
record LabPulp(Path directory, String name, Map<String, String> told) {
    private static final Path LAB = House.ROOT.resolve("lab/pulp");

    /**
     * Starts it; others below the same directory share its database server.
     *
     * @param origin where clients see it
     * @param more environment, as Pulp takes its settings from there, too
     */
    static LabPulp start(
            Path directory, String name, String namespace, String origin, int port, Map<String, String> more)
            throws IOException, InterruptedException {
        var environment = new HashMap<>(more);
        environment.put("PULP_NETNS", namespace);
        environment.put("PULP_ORIGIN", origin);
        environment.put("PULP_PORTS", port + " " + (port + 1));
        return start(directory, name, environment);
    }

    /**
     * Starts it on this machine itself.
     *
     * @param origin where clients see it; empty when that is it
     */
    static LabPulp start(Path directory, String name, String origin) throws IOException, InterruptedException {
        return start(directory, name, origin, Map.of());
    }

    /** @param more settings of Pulp, as environment */
    static LabPulp start(Path directory, String name, String origin, Map<String, String> more)
            throws IOException, InterruptedException {
        var environment = new HashMap<>(more);
        var port = FreePorts.next();
        environment.putIfAbsent("PULP_PORTS", port + " " + FreePorts.next());
        if (origin.isEmpty()) {
            // without a gateway the registry sends its clients to the API itself for their tokens
            environment.put("PULP_TOKEN_SERVER", "http://127.0.0.1:" + port + "/token/");
        } else {
            environment.put("PULP_ORIGIN", origin);
        }
        return start(directory, name, environment);
    }

    private static LabPulp start(Path directory, String name, Map<String, String> environment)
            throws IOException, InterruptedException {
        var output = run(environment, "start.sh", directory.toString(), name);
        var told = new HashMap<String, String>();
        output.lines().filter(line -> line.contains("=")).forEach(line -> {
            var pair = line.split("=", 2);
            told.put(pair[0], pair[1]);
        });
        return new LabPulp(directory, name, told);
    }

    /** Ends all below the directory, and their database server. */
    static void stopAll(Path directory) throws IOException, InterruptedException {
        run(Map.of(), "stop.sh", directory.toString());
    }

    private static String run(Map<String, String> environment, String script, String... words)
            throws IOException, InterruptedException {
        var all = new ArrayList<>(List.of(LAB.resolve(script).toString()));
        all.addAll(List.of(words));
        var done = Command.run(House.ROOT, environment, all);
        assertThat(done.status()).as("%s: %s", script, done.output()).isZero();
        return done.output();
    }

    private String told(String key) {
        return Objects.requireNonNull(told.get(key), key);
    }

    URI api() {
        return URI.create(told("api"));
    }

    URI content() {
        return URI.create(told("content"));
    }

    /** What {@code file://} remotes may read. */
    Path imports() {
        return Path.of(told("import"));
    }

    /** Where pulp-cli is, and a Python that knows the generated clients. */
    Path programs() {
        return Path.of(told("bin"));
    }

    /** Makes small sources below {@link #imports()}, and one file of 48 MiB. */
    void makeSources() throws IOException, InterruptedException {
        run(Map.of("LARGE", "48"), "sources.sh", source("").toString());
    }

    /** A file of {@link #makeSources}. */
    Path source(String name) {
        return imports().resolve("sources").resolve(name);
    }

    /** The command that makes repositories {@code lab-rpm-1} and {@code lab-file-1} of the sources. */
    List<String> filling() {
        return List.of(
                programs().resolve("python").toString(),
                LAB.resolve("fill.py").toString(),
                api().toString(),
                imports().toString(),
                "2");
    }

    /**
     * Sends a signal to all processes of a part.
     *
     * @param part {@code api}, {@code content} or {@code worker}
     * @param signal without SIG
     */
    void signal(String part, String signal) throws IOException, InterruptedException {
        var done = Command.run(directory, Map.of(), List.of("kill", "-" + signal, "--", "-" + told(part + "_pid")));
        assertThat(done.status()).as(done.output()).isZero();
    }

    /** Ends the processes that a part has started, as a lack of memory would; it starts others. */
    void killWorkers(String part) {
        var workers = ProcessHandle.of(Long.parseLong(told(part + "_pid")))
                .orElseThrow()
                .children()
                .toList();
        assertThat(workers).isNotEmpty();
        workers.forEach(ProcessHandle::destroyForcibly);
    }
}
