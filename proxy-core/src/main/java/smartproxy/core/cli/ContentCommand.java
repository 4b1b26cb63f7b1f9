package smartproxy.core.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import smartproxy.core.api.HttpCall;
import smartproxy.core.api.StartException;
import smartproxy.core.cli.ContentLink.Refused;
import smartproxy.core.cli.ContentLink.Unreachable;

/** {@code smart-proxy content}: what a Pulp has and does, through the daemon's content API. */
public final class ContentCommand {
    /** What the usage text of the daemon says of it. */
    public static final String USAGE = """
                   smart-proxy content status          tell of the Pulps behind the daemon
                   smart-proxy content repos [--type TYPE]
                   smart-proxy content sync NAME [--mode additive|mirror|mirror_complete] [--no-wait]
                   smart-proxy content mirror FILE [--dry-run] [--no-wait]
                                                       make a Pulp the mirror of the repositories in FILE, the JSON of POST /content/mirror
                   smart-proxy content jobs [--state STATE]
                                                       all of content: [--pulp NAME] [--url https://HOST:PORT] [--cert FILE --key FILE]
                                                       [--ca FILE] [--config PATH]; without them the daemon of the settings, as itself.
                                                       Exit 0 done, 1 refused or not ended well, 2 wrong command line or FILE,
                                                       4 the daemon does not answer or does not let in,
                                                       130 ended by Ctrl-C; its job goes on
            """;

    private static final int REFUSED = 1;
    private static final int WRONG = 2;
    private static final int UNREACHABLE = 4;
    private static final int PART = 100;
    private static final int MOST_JOBS = 20;
    private static final long LARGEST_FILE = 1 << 20;
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final Set<String> OPEN = Set.of("waiting", "running");
    private static final ObjectMapper JSON = new ObjectMapper();

    private final PrintStream out;
    private final PrintStream err;
    private final Function<Optional<Path>, Path> settings;
    private final boolean terminal;
    private final Duration pause;

    /**
     * @param settings where settings.yml is, by what {@code --config} says
     * @param pause between two looks at a job
     */
    public ContentCommand(PrintStream out, PrintStream err, Function<Optional<Path>, Path> settings, Duration pause) {
        this(out, err, settings, isTerminal(), pause);
    }

    ContentCommand(
            PrintStream out,
            PrintStream err,
            Function<Optional<Path>, Path> settings,
            boolean terminal,
            Duration pause) {
        this.out = out;
        this.err = err;
        this.settings = settings;
        this.terminal = terminal;
        this.pause = pause;
    }

    private static boolean isTerminal() {
        try {
            return Files.readSymbolicLink(Path.of("/proc/self/fd/1")).toString().matches("/dev/(?:pts/|tty|console).*");
        } catch (IOException e) {
            return false;
        }
    }

    /**
     * @param words those after {@code content}
     * @return the exit code
     */
    public int run(List<String> words) {
        ContentOptions options;
        try {
            options = ContentOptions.parse(words);
        } catch (ContentOptions.Usage e) {
            err.println("smart-proxy: " + e.getMessage());
            err.print("Usage:\n" + USAGE);
            return WRONG;
        }
        try (var link = ContentLink.open(
                options, settings.apply(options.option("config").map(Path::of)))) {
            return switch (options.command()) {
                case "status" -> status(link, options);
                case "repos" -> repositories(link, options);
                case "sync" -> sync(link, options);
                case "mirror" -> mirror(link, options);
                default -> jobs(link, options);
            };
        } catch (StartException | ContentOptions.Usage e) {
            return failed(e, WRONG);
        } catch (Refused e) {
            return failed(e, REFUSED);
        } catch (Unreachable e) {
            return failed(e, UNREACHABLE);
        }
    }

    private int failed(Exception e, int code) {
        err.println("error: " + Words.shown(String.valueOf(e.getMessage())));
        return code;
    }

    private static String segment(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private static List<String> pulps(ContentLink link) throws Refused, Unreachable {
        var names = new ArrayList<String>();
        link.get("pulps")
                .path("items")
                .forEach(one -> names.add(one.path("name").asText()));
        return names;
    }

    /** The one that is named, or the only one, or that of the gateway. */
    private static String pulp(ContentLink link, ContentOptions options)
            throws Refused, Unreachable, ContentOptions.Usage {
        if (options.has("pulp")) {
            return options.option("pulp").orElseThrow();
        }
        var names = pulps(link);
        if (names.size() == 1 || names.contains("pulp")) {
            return names.size() == 1 ? names.get(0) : "pulp";
        }
        throw new ContentOptions.Usage("which Pulp? give --pulp with one of " + String.join(", ", names));
    }

    // status, repos, jobs

    private int status(ContentLink link, ContentOptions options) throws Refused, Unreachable {
        var names = options.has("pulp") ? List.of(options.option("pulp").orElseThrow()) : pulps(link);
        var code = 0;
        for (var name : names) {
            try {
                var status = link.get("pulps/" + segment(name) + "/status");
                var versions = new ArrayList<String>();
                status.path("versions")
                        .properties()
                        .forEach(one -> versions.add(
                                Words.shown(one.getKey() + " " + one.getValue().asText())));
                var online = status.path("online").asBoolean();
                out.println(Words.shown(name) + ": " + (online ? "online" : "not online") + ", workers "
                        + status.path("workers").asInt() + told(status, "content_apps", "content apps")
                        + told(status, "database", "database") + told(status, "broker", "broker")
                        + (versions.isEmpty() ? "" : "; " + String.join(", ", versions)));
                code = online ? code : REFUSED;
            } catch (Refused e) {
                out.println(Words.shown(name) + ": " + Words.shown(String.valueOf(e.getMessage())));
                code = REFUSED;
            }
        }
        return code;
    }

    private static String told(JsonNode status, String field, String phrase) {
        var value = status.path(field);
        if (value.isBoolean()) {
            return ", " + phrase + (value.asBoolean() ? " connected" : " not connected");
        }
        return value.isNumber() ? ", " + phrase + " " + value.asInt() : "";
    }

    private int repositories(ContentLink link, ContentOptions options)
            throws Refused, Unreachable, ContentOptions.Usage {
        var path = "content/pulps/" + segment(pulp(link, options)) + "/repositories";
        var rows = new ArrayList<List<String>>();
        rows.add(List.of("NAME", "TYPE", "VERSION", "MANAGED"));
        for (var offset = 0; ; offset += PART) {
            var call = HttpCall.get(path).with("offset", String.valueOf(offset)).with("limit", String.valueOf(PART));
            if (options.has("type")) {
                call = call.with("type", options.option("type").orElseThrow());
            }
            var page = link.get(call);
            page.path("items")
                    .forEach(one -> rows.add(List.of(
                            Words.of(one, "name"),
                            Words.of(one, "type"),
                            Words.of(one, "version"),
                            one.path("managed").asBoolean() ? "yes" : "no")));
            if (page.path("items").isEmpty()
                    || offset + PART >= page.path("total").asLong()) {
                break;
            }
        }
        Words.columns(rows).forEach(out::println);
        return 0;
    }

    private int jobs(ContentLink link, ContentOptions options) throws Refused, Unreachable {
        var call = HttpCall.get("content/jobs").with("limit", String.valueOf(MOST_JOBS));
        for (var filter : List.of("state", "pulp")) {
            if (options.has(filter)) {
                call = call.with(filter, options.option(filter).orElseThrow());
            }
        }
        var page = link.get(call);
        var rows = new ArrayList<List<String>>();
        rows.add(List.of("JOB", "KIND", "PULP", "SUBJECT", "STATE", "CREATED", "TOLD"));
        page.path("items")
                .forEach(one -> rows.add(List.of(
                        Words.of(one, "job"),
                        Words.of(one, "kind"),
                        Words.of(one, "pulp"),
                        Words.of(one, "subject"),
                        Words.of(one, "state"),
                        Words.of(one, "created"),
                        Words.of(one, one.path("error").isTextual() ? "error" : "message"))));
        Words.columns(rows).forEach(out::println);
        var more = page.path("total").asLong() - page.path("items").size();
        if (more > 0) {
            out.println(more + " older ones");
        }
        return 0;
    }

    // sync, mirror

    private int sync(ContentLink link, ContentOptions options) throws Refused, Unreachable, ContentOptions.Usage {
        var name = options.operands().get(0);
        var body = JSON.createObjectNode();
        options.option("mode").ifPresent(mode -> body.put("mode", mode));
        var path = "pulps/" + segment(pulp(link, options)) + "/repositories/" + segment(name) + "/sync";
        var ended = made(link, path, body, options, Words.shown(name));
        if (ended.isEmpty()) {
            return 0;
        }
        var brought = Words.all(ended.get().path("actions")).contains("sync");
        return end(ended.get(), Words.shown(name), brought ? "a new version" : "nothing new");
    }

    /** Begins a job and follows it to its end; empty when that is not waited for. */
    private Optional<JsonNode> made(
            ContentLink link, String path, JsonNode body, ContentOptions options, String subject)
            throws Refused, Unreachable {
        try (var farewell = new Farewell()) {
            var job = link.post(path, body);
            if (options.has("no-wait")) {
                out.println("job " + Words.of(job, "job") + " " + Words.of(job, "state")
                        + "; `smart-proxy content jobs` tells of it");
                return Optional.empty();
            }
            return Optional.of(await(link, job, subject, farewell));
        }
    }

    private int mirror(ContentLink link, ContentOptions options) throws Refused, Unreachable, ContentOptions.Usage {
        var body = file(Path.of(options.operands().get(0)));
        if (options.has("pulp") || !body.has("pulp")) {
            body.put("pulp", pulp(link, options));
        }
        if (options.has("dry-run")) {
            body.put("dry_run", true);
        }
        var ended = made(link, "mirror", body, options, "mirror");
        if (ended.isEmpty()) {
            return 0;
        }
        var done = 0;
        var items = ended.get().path("items");
        for (var item : items) {
            done += Words.of(item, "state").equals("completed") ? 1 : 0;
        }
        var dry = body.path("dry_run").asBoolean() ? ", dry run: nothing is changed" : "";
        return end(ended.get(), "mirror", done + " of " + items.size() + " completed" + dry);
    }

    private static ObjectNode file(Path file) throws ContentOptions.Usage {
        try {
            if (Files.size(file) > LARGEST_FILE) {
                throw new ContentOptions.Usage(file + " is larger than 1 MiB");
            }
            if (JSON.readTree(Files.readAllBytes(file)) instanceof ObjectNode object) {
                return object;
            }
            throw new ContentOptions.Usage(
                    file + " is no JSON object; its form is that of POST /content/mirror, see docs/content-api.md");
        } catch (com.fasterxml.jackson.core.exc.StreamConstraintsException e) {
            throw new ContentOptions.Usage(file + ": no JSON that is taken, it is nested too deep");
        } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
            // the text is not quoted: there may be secrets in it
            throw new ContentOptions.Usage(
                    file + ": no JSON, line " + e.getLocation().getLineNr() + ", column "
                            + e.getLocation().getColumnNr());
        } catch (IOException e) {
            throw new ContentOptions.Usage("cannot read " + file + ": " + e);
        }
    }

    /** Follows a job to its end; a daemon that is away for a while, as by a restart, goes on with it. */
    private JsonNode await(ContentLink link, JsonNode begun, String subject, Farewell farewell)
            throws Refused, Unreachable {
        var line = new ProgressLine(out, terminal);
        var told = new HashSet<String>();
        var job = begun;
        var awaySince = 0L;
        var id = Words.of(begun, "job");
        farewell.knows(id, line);
        try {
            while (OPEN.contains(Words.of(job, "state"))) {
                items(job, line, told);
                line.show(subject, job);
                TimeUnit.NANOSECONDS.sleep(pause.toNanos());
                try {
                    job = link.get("jobs/" + segment(id));
                    awaySince = 0;
                } catch (Refused e) {
                    if (!e.isPassing()) {
                        throw e;
                    }
                    awaySince = away(awaySince, e, true, id);
                } catch (Unreachable e) {
                    awaySince = away(awaySince, e, e.isPassing(), id);
                }
            }
            items(job, line, told);
            return job;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Unreachable("interrupted; job " + id + " goes on without this command", false);
        } finally {
            line.end();
        }
    }

    /** @return since when the daemon is away */
    private static long away(long since, Exception cause, boolean passing, String job) throws Unreachable {
        var began = since == 0 ? System.nanoTime() : since;
        if (!passing || System.nanoTime() - began > PATIENCE.toNanos()) {
            throw new Unreachable(cause.getMessage() + "; job " + job + " goes on without this command", false);
        }
        return began;
    }

    /** Whoever ends this command, by Ctrl-C, shall know that the job does not end with it. */
    private final class Farewell implements AutoCloseable {
        private final Thread thread = new Thread(() -> say(), "farewell");
        private volatile Runnable said =
                () -> err.println("interrupted before the daemon answered; whether it has begun"
                        + " the job, and so goes on with it, `smart-proxy content jobs` tells");

        Farewell() {
            Runtime.getRuntime().addShutdownHook(thread);
        }

        void knows(String job, ProgressLine line) {
            said = () -> {
                line.end();
                err.println("interrupted; job " + job
                        + " goes on without this command, `smart-proxy content jobs` tells of it");
            };
        }

        private void say() {
            said.run();
            err.flush();
        }

        @Override
        public void close() {
            try {
                Runtime.getRuntime().removeShutdownHook(thread);
            } catch (IllegalStateException e) {
                // it speaks already
            }
        }
    }

    /** Tells of each item once, when it has ended. */
    private void items(JsonNode job, ProgressLine line, Set<String> told) {
        for (var item : job.path("items")) {
            var state = Words.of(item, "state");
            var name = Words.of(item, "name");
            if (!OPEN.contains(state) && told.add(name)) {
                line.end();
                var actions = Words.all(item.path("actions"));
                var error = Words.of(item, "error");
                out.println(name + ": " + state + ": "
                        + (actions.isEmpty() ? "nothing to do" : String.join(", ", actions))
                        + (error.isEmpty() ? "" : "; " + error));
            }
        }
    }

    private int end(JsonNode job, String subject, String told) {
        var state = Words.of(job, "state");
        var error = Words.of(job, "error");
        out.println(subject + ": " + state + ", " + (error.isEmpty() ? told : error));
        return state.equals("completed") ? 0 : REFUSED;
    }
}
