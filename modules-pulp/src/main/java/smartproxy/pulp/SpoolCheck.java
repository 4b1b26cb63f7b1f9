package smartproxy.pulp;

import java.nio.file.Files;
import java.nio.file.Path;
import smartproxy.core.api.Finding;

/** Looks whether large bodies find their place. */
final class SpoolCheck {
    private SpoolCheck() {}

    static Finding look(Path directory) {
        var what = "pulpcore: spool_directory " + directory;
        var at = directory;
        while (at.getParent() != null && !Files.exists(at)) {
            at = at.getParent();
        }
        if (!Files.isDirectory(at)) {
            return Finding.error(what, at + " is no directory", "set another spool_directory in pulpcore.yml");
        }
        if (!Files.isWritable(at) || !Files.isExecutable(at)) {
            return Finding.error(
                    what,
                    "user " + System.getProperty("user.name") + " cannot write in " + at
                            + ", so bodies above 4 MiB would be refused",
                    "install -d -o foreman-proxy -g foreman-proxy -m 0750 " + directory);
        }
        return Finding.ok(what, at.equals(directory) ? "writable" : "not there yet, made when it is needed");
    }
}
