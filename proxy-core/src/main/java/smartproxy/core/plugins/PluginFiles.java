package smartproxy.core.plugins;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import smartproxy.core.settings.Problem;

/**
 * What lies in the plug-in directory.
 *
 * @param candidates each jar, and each directory with jars, by name
 * @param problems with the directory itself, and with files that are no plug-ins
 */
record PluginFiles(List<Candidate> candidates, List<Problem> problems) {
    private static final String JAR = ".jar";

    /**
     * What ought to be one plug-in.
     *
     * @param path a jar, or the directory of {@code jars}
     */
    record Candidate(Path path, List<Path> jars) {
        String name() {
            return String.valueOf(path.getFileName());
        }
    }

    /** Reads it; a directory that is not there has no plug-ins. */
    static PluginFiles in(Path directory) {
        var candidates = new ArrayList<Candidate>();
        var problems = new ArrayList<Problem>();
        if (!Files.exists(directory)) {
            return new PluginFiles(candidates, problems);
        }
        try {
            for (var path : children(directory)) {
                if (Files.isDirectory(path)) {
                    add(new Candidate(path, jars(path)), candidates, problems);
                } else if (path.toString().endsWith(JAR)) {
                    candidates.add(new Candidate(path, List.of(path)));
                } else if (!String.valueOf(path.getFileName()).startsWith("README")) {
                    problems.add(Problem.warning(
                            path, 0, "", "is no plug-in and not used", "a plug-in is a jar or a directory of jars"));
                }
            }
        } catch (IOException e) {
            problems.add(Problem.error(
                    directory,
                    0,
                    "",
                    "the plug-in directory cannot be read: " + Causes.of(e),
                    "let the daemon's user read it, or set plugin_directory to another one"));
        }
        return new PluginFiles(candidates, problems);
    }

    private static void add(Candidate candidate, List<Candidate> candidates, List<Problem> problems) {
        if (candidate.jars().isEmpty()) {
            problems.add(Problem.warning(
                    candidate.path(), 0, "", "is no plug-in and not used", "there is no jar in this directory"));
        } else {
            candidates.add(candidate);
        }
    }

    private static List<Path> jars(Path directory) throws IOException {
        return children(directory).stream()
                .filter(path -> path.toString().endsWith(JAR))
                .toList();
    }

    /** In a fixed order; hidden ones are left out. */
    private static List<Path> children(Path directory) throws IOException {
        var children = new ArrayList<Path>();
        try (var stream = Files.newDirectoryStream(directory)) {
            for (var path : stream) {
                if (!String.valueOf(path.getFileName()).startsWith(".")) {
                    children.add(path);
                }
            }
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        children.sort(null);
        return children;
    }

    /** One line for each jar, which is another one when the jar is. */
    List<String> fingerprints() {
        return candidates.stream()
                .flatMap(candidate -> candidate.jars().stream())
                .map(PluginFiles::fingerprint)
                .toList();
    }

    private static String fingerprint(Path jar) {
        try {
            var is = Files.readAttributes(jar, BasicFileAttributes.class);
            return jar + " " + is.size() + " " + is.lastModifiedTime() + " " + is.fileKey();
        } catch (IOException e) {
            return jar + " cannot be read";
        }
    }
}
