package smartproxy.core.daemon;

import java.io.PrintStream;
import java.nio.file.Path;
import java.security.Security;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import smartproxy.core.cli.ContentCommand;
import smartproxy.core.log.Logs;
import smartproxy.core.settings.HostSettingsReader;
import smartproxy.core.tls.TlsContexts;

/**
 * The command line: {@code smart-proxy [run] [--config PATH]}, {@code check [--config PATH]},
 * {@code store move --to PATH}, {@code content COMMAND}, {@code version}; and, for the
 * launcher's {@code archive}, {@code probe} and {@code rehearse}.
 */
public final class Main {
    private static final String REHEARSE = "rehearse";
    private static final Duration LOOK = Duration.ofMillis(500);
    private static final String USAGE = """
            Usage: smart-proxy [run] [--config PATH]   serve until TERM; HUP reloads the settings
                   smart-proxy check [--config PATH]   print all problems of the settings, exit 1 when there is an error
                   smart-proxy check --live [--zone NAME]...
                                                       also look at ports, certificates, names and backends; changes nothing
                   smart-proxy store move --to PATH    copy what the daemon remembers to where the settings file PATH keeps it;
                                                       the daemon must be stopped
            """ + ContentCommand.USAGE + """
                   smart-proxy version                 print the version
                   smart-proxy archive                 make the class-data archive for a fast start
            PATH is settings.yml or its directory. Without --config: FOREMAN_PROXY_CONFIG, else /etc/foreman-proxy.
            """;

    private final PrintStream out;
    private final PrintStream err;
    private final Map<String, String> environment;

    Main(PrintStream out, PrintStream err, Map<String, String> environment) {
        this.out = out;
        this.err = err;
        this.environment = environment;
    }

    public static void main(String[] arguments) {
        // else the JVM goes on for ten seconds saying that there is no such name, after DNS was away for a moment
        Security.setProperty("networkaddress.cache.negative.ttl", "0");
        var code = new Main(System.out, System.err, System.getenv()).run(List.of(arguments));
        System.out.flush();
        if (List.of(arguments).contains(REHEARSE)) {
            System.exit(code); // in order: the JVM writes its class-data archive now
        }
        Runtime.getRuntime().halt(code);
    }

    /** @return the exit code */
    int run(List<String> arguments) {
        if (!arguments.isEmpty() && arguments.get(0).equals("content")) {
            return content(arguments.subList(1, arguments.size()));
        }
        var words = new ArrayList<>(arguments);
        var live = words.remove("--live");
        List<String> configs;
        List<String> targets;
        List<String> zones;
        try {
            configs = taken("--config", words);
            targets = taken("--to", words);
            zones = taken("--zone", words);
        } catch (IllegalArgumentException e) {
            return usage(String.valueOf(e.getMessage()));
        }
        var command = words.isEmpty() ? "run" : words.remove(0);
        if (command.equals(REHEARSE) && words.size() == 2) {
            return new Rehearsal(out, Path.of(words.get(0)), Path.of(words.get(1))).run();
        }
        var move = command.equals("store") && words.equals(List.of("move"));
        if (move == targets.isEmpty()) {
            return usage(move ? "store move needs --to PATH" : "unexpected --to");
        }
        if (!words.isEmpty() && !move) {
            return usage("unexpected " + String.join(" ", words));
        }
        if ((live && !command.equals("check")) || (!zones.isEmpty() && !live)) {
            return usage("unexpected --" + (live ? "live" : "zone"));
        }
        var location = HostSettingsReader.locate(last(configs), environment);
        if (move) {
            Logs.mute();
            return new StoreCommand(out).move(location, last(targets).orElseThrow());
        }
        return switch (command) {
            case "run" -> new RunCommand(out, environment).run(location);
            case "check" -> check(location, live ? Optional.of(zones) : Optional.empty());
            case "version", "--version" -> version();
            case "probe" -> probe();
            case "help", "--help", "-h" -> help();
            default -> usage("unknown command " + command);
        };
    }

    /** Takes an option with its values out of the words, as often as it is there. */
    private static List<String> taken(String option, List<String> words) {
        var values = new ArrayList<String>();
        for (var i = words.listIterator(); i.hasNext(); ) {
            var word = i.next();
            if (!word.equals(option) && !word.startsWith(option + "=")) {
                continue;
            }
            i.remove();
            var value = word.substring(Math.min(word.length(), option.length() + 1));
            if (word.equals(option) && i.hasNext()) {
                value = i.next();
                i.remove();
            }
            if (value.isEmpty()) {
                throw new IllegalArgumentException(option + " needs a value");
            }
            values.add(value);
        }
        return values;
    }

    private static Optional<Path> last(List<String> paths) {
        return paths.isEmpty() ? Optional.empty() : Optional.of(Path.of(paths.get(paths.size() - 1)));
    }

    private int content(List<String> words) {
        Logs.mute();
        return new ContentCommand(out, err, config -> HostSettingsReader.locate(config, environment), LOOK).run(words);
    }

    private int check(Path location, Optional<List<String>> live) {
        Logs.mute(); // what is logged on the way is among the problems too
        return new CheckCommand(out, live).run(location);
    }

    /** For the launcher, which sees to the flags of the JVM: whether native crypto works in this one. */
    private int probe() {
        out.println(TlsContexts.whyNotNative().map(reason -> "jdk " + reason).orElse("native"));
        return 0;
    }

    private int version() {
        out.println("smart-proxy " + Version.current());
        return 0;
    }

    private int help() {
        out.print(USAGE);
        return 0;
    }

    private int usage(String problem) {
        err.println("smart-proxy: " + problem);
        err.print(USAGE);
        return 2;
    }
}
