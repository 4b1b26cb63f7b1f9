package smartproxy.core.check;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import smartproxy.core.api.Finding;
import smartproxy.core.settings.HostSettings;

/** Whether this user can write where the daemon writes. */
final class DirectoryChecks {
    private static final Set<String> NO_FILES = Set.of("STDOUT", "SYSLOG", "JOURNAL", "JOURNALD");

    private final HostSettings settings;
    private final String user;

    DirectoryChecks(HostSettings settings, String user) {
        this.settings = settings;
        this.user = user;
    }

    List<Finding> look() {
        var findings = new ArrayList<Finding>();
        if (user.equals("root")) {
            findings.add(Finding.warning(
                    "user",
                    "root may read and write what the daemon may not",
                    "check as the daemon's user: runuser -u foreman-proxy -- smart-proxy check --live"));
        }
        findings.add(directory("state_directory " + settings.stateDirectory(), settings.stateDirectory()));
        var log = settings.log().file();
        if (!NO_FILES.contains(log.toUpperCase(Locale.ROOT))) {
            findings.add(log(Path.of(log).toAbsolutePath()));
        }
        return findings;
    }

    private Finding directory(String what, Path directory) {
        if (Files.isDirectory(directory)) {
            return isUsable(directory)
                    ? Finding.ok(what, "writable")
                    : Finding.error(what, "user " + user + " cannot write there", owner(directory));
        }
        if (Files.exists(directory)) {
            return Finding.error(what, "is no directory", "move it away, or correct state_directory");
        }
        var parent = existing(directory);
        return isUsable(parent)
                ? Finding.ok(what, "not there yet, made when it is needed")
                : Finding.error(
                        what,
                        "is not there, and user " + user + " cannot make it in " + parent,
                        "install -d -o foreman-proxy -g foreman-proxy -m 0750 " + directory);
    }

    private Finding log(Path file) {
        var what = "log_file " + file;
        if (Files.exists(file)) {
            return Files.isWritable(file) && !Files.isDirectory(file)
                    ? Finding.ok(what, "writable")
                    : Finding.warning(
                            what,
                            "user " + user + " cannot write to it, so records go to standard output",
                            "chown foreman-proxy " + file);
        }
        var parent = file.getParent();
        return parent != null && Files.isDirectory(parent) && isUsable(parent)
                ? Finding.ok(what, "not there yet, made at the start")
                : Finding.warning(
                        what,
                        "user " + user + " cannot make it, so records go to standard output",
                        "install -d -o foreman-proxy -g foreman-proxy -m 0750 " + parent);
    }

    private static boolean isUsable(Path directory) {
        return Files.isWritable(directory) && Files.isExecutable(directory);
    }

    private static Path existing(Path path) {
        var at = path.toAbsolutePath();
        while (at.getParent() != null && !Files.exists(at)) {
            at = at.getParent();
        }
        return at;
    }

    private static String owner(Path path) {
        return "chown foreman-proxy " + path + ", mode 0750";
    }
}
