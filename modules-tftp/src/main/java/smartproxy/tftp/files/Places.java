package smartproxy.tftp.files;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import smartproxy.tftp.files.FileRefused.Reason;

/**
 * Where paths below a root really lead to. That is found out first, then opened directory by directory from the root on, none
 * of them through a link.
 */
final class Places {
    private static final Set<PosixFilePermission> DIRECTORY_MODE = PosixFilePermissions.fromString("rwxr-xr-x");

    private final Path root;

    Places(Path root) {
        this.root = root;
    }

    /** What a path leads to, which is not the root. */
    Place find(Path wanted) throws FileRefused, ReplacedException, IOException {
        var realRoot = root.toRealPath();
        var real = inside(realRoot, real(root.resolve(wanted)));
        if (real.equals(realRoot)) {
            throw new FileRefused(Reason.OUTSIDE, wanted.toString());
        }
        return place(realRoot, real);
    }

    /** The last name itself, whatever it leads to. */
    Place named(Path wanted) throws FileRefused, ReplacedException, IOException {
        var realRoot = root.toRealPath();
        var parent = wanted.getParent();
        var directory = parent == null ? realRoot : inside(realRoot, real(realRoot.resolve(parent)));
        return place(realRoot, directory.resolve(lastOf(wanted)));
    }

    /** The last name itself; the directories above it that are missing are made. */
    Place made(Path wanted) throws FileRefused, ReplacedException, IOException {
        var realRoot = existingRoot();
        return place(realRoot, madeDirectories(realRoot, wanted.getParent()).resolve(lastOf(wanted)));
    }

    /** The same, or what the last name leads to when it is a link to something. */
    Place madeTarget(Path wanted) throws FileRefused, ReplacedException, IOException {
        var realRoot = existingRoot();
        var path = madeDirectories(realRoot, wanted.getParent()).resolve(lastOf(wanted));
        return place(realRoot, target(realRoot, path));
    }

    private static Path lastOf(Path wanted) {
        return Objects.requireNonNull(wanted.getFileName());
    }

    private static Place place(Path realRoot, Path real) throws ReplacedException, IOException {
        var directory = Objects.requireNonNull(real.getParent());
        return new Place(Directory.open(realRoot, realRoot.relativize(directory)), directory, lastOf(real));
    }

    private static Path real(Path path) throws IOException {
        try {
            return path.toRealPath();
        } catch (NoSuchFileException | NotDirectoryException | AccessDeniedException e) {
            throw e;
        } catch (FileSystemException e) {
            if (isOfLinks(e) || leadsThroughFile(path)) {
                throw new NoSuchFileException(path.toString(), null, e.getReason());
            }
            throw e; // a network mount that fails says nothing of what is there
        }
    }

    /** Links in a circle, which the JDK has no exception for but these words of its own, in whatever language the system's are. */
    private static boolean isOfLinks(FileSystemException e) {
        return e.getReason() != null && e.getReason().contains("symbolic link");
    }

    /** The JDK has no exception for that here, and the system's words depend on the language. */
    private static boolean leadsThroughFile(Path path) {
        var above = path.getParent();
        while (above != null && !Files.exists(above)) {
            above = above.getParent();
        }
        return above != null && !Files.isDirectory(above);
    }

    private static Path target(Path realRoot, Path path) throws FileRefused, IOException {
        try {
            return Files.isSymbolicLink(path) ? inside(realRoot, real(path)) : path;
        } catch (NoSuchFileException e) {
            return path;
        }
    }

    private static Path inside(Path realRoot, Path real) throws FileRefused {
        if (!real.startsWith(realRoot)) {
            throw new FileRefused(Reason.OUTSIDE, real.toString());
        }
        return real;
    }

    private Path existingRoot() throws IOException {
        if (!Files.isDirectory(root)) { // else making it would fail first, which takes longer
            Files.createDirectories(root);
        }
        return root.toRealPath();
    }

    private static Path madeDirectories(Path realRoot, @Nullable Path below) throws FileRefused, IOException {
        var at = realRoot;
        if (below != null) {
            for (var name : below) {
                at = madeDirectory(realRoot, at.resolve(name));
            }
        }
        return at;
    }

    private static Path madeDirectory(Path realRoot, Path path) throws FileRefused, IOException {
        if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            try {
                Files.createDirectory(path);
                Files.setPosixFilePermissions(path, DIRECTORY_MODE);
                sync(Objects.requireNonNull(path.getParent()));
            } catch (FileAlreadyExistsException e) {
                // another request was faster
            }
        }
        if (!Files.isDirectory(path)) {
            throw new FileRefused(Reason.NOT_DIRECTORY, path.toString());
        }
        return inside(realRoot, real(path));
    }

    private static void sync(Path directory) throws IOException {
        try (var handle = FileChannel.open(directory, StandardOpenOption.READ)) {
            handle.force(true);
        }
    }
}
