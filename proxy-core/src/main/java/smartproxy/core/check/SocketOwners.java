package smartproxy.core.check;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Tells which process holds a port, as far as {@code proc(5)} shows it to this user. */
final class SocketOwners {
    private static final String LISTENING = "0A";
    private static final int MOST_COMMAND = 80;

    private final Path proc;

    SocketOwners(Path proc) {
        this.proc = proc;
    }

    /**
     * A process.
     *
     * @param command its words
     */
    record Owner(long pid, List<String> command) {
        /** Whether it is this daemon, or another of its kind. */
        boolean isSmartProxy() {
            return command.contains("smartproxy.core.daemon.Main") && !command.contains("check");
        }

        /** Whether it is the daemon that this one takes the place of. */
        boolean isRubyProxy() {
            var ruby = command.stream().limit(3).anyMatch(word -> word.contains("ruby"));
            return !isSmartProxy() && ruby && command.stream().anyMatch(word -> word.contains("smart-proxy"));
        }

        @Override
        public String toString() {
            var words = String.join(" ", command);
            return "process " + pid + " ("
                    + (words.length() > MOST_COMMAND ? words.substring(0, MOST_COMMAND) + "…" : words) + ")";
        }
    }

    /** The process that has the port, on whichever address; empty when it cannot be seen. */
    Optional<Owner> of(boolean tcp, int port) {
        var inodes = new HashSet<String>();
        for (var table : tcp ? List.of("net/tcp", "net/tcp6") : List.of("net/udp", "net/udp6")) {
            inodes.addAll(inodes(proc.resolve(table), tcp, port));
        }
        if (inodes.isEmpty()) {
            return Optional.empty();
        }
        return processes().stream()
                .filter(process -> holds(process, inodes))
                .findFirst()
                .map(SocketOwners::owner);
    }

    private static Set<String> inodes(Path table, boolean tcp, int port) {
        var inodes = new HashSet<String>();
        try (var lines = Files.lines(table, StandardCharsets.US_ASCII)) {
            var wanted = String.format(":%04X", port);
            lines.skip(1).map(line -> line.strip().split("\\s+", -1)).forEach(fields -> {
                if (fields.length > 9 && fields[1].endsWith(wanted) && (!tcp || fields[3].equals(LISTENING))) {
                    inodes.add("socket:[" + fields[9] + "]");
                }
            });
        } catch (IOException | RuntimeException e) {
            return Set.of();
        }
        return inodes;
    }

    private List<Path> processes() {
        try (var all = Files.list(proc)) {
            return all.filter(path -> String.valueOf(path.getFileName()).matches("[0-9]+"))
                    .toList();
        } catch (IOException e) {
            return List.of();
        }
    }

    private static boolean holds(Path process, Set<String> inodes) {
        try (var links = Files.list(process.resolve("fd"))) {
            return links.anyMatch(link -> inodes.contains(target(link)));
        } catch (IOException | RuntimeException e) {
            return false; // another user's, or gone
        }
    }

    private static String target(Path link) {
        try {
            return Files.readSymbolicLink(link).toString();
        } catch (IOException e) {
            return "";
        }
    }

    private static Owner owner(Path process) {
        var pid = Long.parseLong(String.valueOf(process.getFileName()));
        try {
            var words =
                    new ArrayList<>(List.of(Files.readString(process.resolve("cmdline"), StandardCharsets.ISO_8859_1)
                            .split("\0", -1)));
            words.removeIf(String::isEmpty);
            return new Owner(pid, List.copyOf(words));
        } catch (IOException e) {
            return new Owner(pid, List.of("?"));
        }
    }
}
