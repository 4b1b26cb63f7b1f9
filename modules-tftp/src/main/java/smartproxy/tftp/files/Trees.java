package smartproxy.tftp.files;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.time.Instant;
import java.util.Objects;
import java.util.Set;

/** What is done with all that lies in a directory and below. Links are not followed. */
final class Trees {
    /** Directories below each other that are entered. */
    private static final int MAX_DEPTH = 16;

    private Trees() {}

    /** Removes a name, and when it is a directory all that is in it. Links are removed, not what they lead to. */
    static void remove(SecureDirectoryStream<Path> directory, Path name) throws ReplacedException, IOException {
        remove(directory, name, MAX_DEPTH);
    }

    private static void remove(SecureDirectoryStream<Path> directory, Path name, int depth)
            throws ReplacedException, IOException {
        if (!Place.attributes(directory, name).isDirectory()) {
            directory.deleteFile(name);
            return;
        }
        if (depth == 0) {
            throw new FileSystemException(name.toString(), null, "directories are nested too deep");
        }
        try (var inner = Directory.enter(directory, name)) {
            for (var entry : inner) {
                removeIfPresent(inner, Objects.requireNonNull(entry.getFileName()), depth - 1);
            }
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        directory.deleteDirectory(name);
    }

    /** What somebody else has taken away meanwhile is no reason to leave the rest. */
    private static void removeIfPresent(SecureDirectoryStream<Path> directory, Path name, int depth)
            throws ReplacedException, IOException {
        try {
            remove(directory, name, depth);
        } catch (NoSuchFileException e) {
            // gone
        }
    }

    /**
     * Removes files on their way that were changed last before a time.
     *
     * @param spared names of those that stay
     * @return how many
     */
    static int sweep(SecureDirectoryStream<Path> directory, Instant before, Set<String> spared) throws IOException {
        return sweep(directory, before, spared, MAX_DEPTH);
    }

    private static int sweep(SecureDirectoryStream<Path> directory, Instant before, Set<String> spared, int depth)
            throws IOException {
        var count = 0;
        try {
            for (var entry : directory) {
                var name = Objects.requireNonNull(entry.getFileName());
                count += sweep(directory, name, before, spared, depth);
            }
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        return count;
    }

    private static int sweep(
            SecureDirectoryStream<Path> directory, Path name, Instant before, Set<String> spared, int depth)
            throws IOException {
        try {
            var attributes = Place.attributes(directory, name);
            if (attributes.isDirectory() && depth > 0) {
                try (var inner = Directory.enter(directory, name)) {
                    return sweep(inner, before, spared, depth - 1);
                }
            }
            if (NewFile.isOurs(name)
                    && !spared.contains(name.toString())
                    && !attributes.isDirectory()
                    && attributes.lastModifiedTime().toInstant().isBefore(before)) {
                directory.deleteFile(name);
                return 1;
            }
        } catch (NoSuchFileException | NotDirectoryException | AccessDeniedException | ReplacedException e) {
            // gone, or not ours
        }
        return 0;
    }
}
