package smartproxy.core.plugins;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import smartproxy.core.settings.Problem;

/**
 * Warns when others than an administrator can put code into the daemon.
 *
 * @param owners users whose files are trusted
 */
record Trust(Set<String> owners) {
    /** Root and the daemon's own user. */
    static Trust ofThisProcess() {
        return new Trust(Set.copyOf(List.of("root", System.getProperty("user.name", "root"))));
    }

    /** @param paths directories and jars; a link counts as what it leads to */
    List<Problem> check(List<Path> paths) {
        var problems = new ArrayList<Problem>();
        for (var path : paths) {
            check(path, problems);
        }
        return problems;
    }

    private void check(Path path, List<Problem> problems) {
        PosixFileAttributes file;
        try {
            file = Files.readAttributes(path, PosixFileAttributes.class);
        } catch (IOException | UnsupportedOperationException e) {
            return; // what cannot be looked at cannot be loaded either, and that is told there
        }
        var owner = file.owner().getName();
        if (!owners.contains(owner)) {
            problems.add(warning(path, "belongs to " + owner, "chown root:root"));
        }
        if (file.permissions().contains(PosixFilePermission.OTHERS_WRITE)) {
            problems.add(warning(path, "can be written by everybody", "chmod o-w"));
        } else if (file.permissions().contains(PosixFilePermission.GROUP_WRITE)
                && !owners.contains(file.group().getName())) {
            problems.add(
                    warning(path, "can be written by the group " + file.group().getName(), "chmod g-w"));
        }
    }

    private static Problem warning(Path path, String what, String command) {
        return Problem.warning(
                path, 0, "", what + ", who can thus run code with the rights of the daemon", command + " " + path);
    }
}
