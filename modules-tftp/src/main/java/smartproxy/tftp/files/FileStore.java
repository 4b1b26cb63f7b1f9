package smartproxy.tftp.files;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import smartproxy.tftp.files.FileRefused.Reason;

/**
 * The files below one root. Links are followed as long as they end inside; a root that is itself a link works, and may be
 * pointed elsewhere at any time.
 *
 * <p>Whoever changes the tree meanwhile can make a file vanish, but not have one opened that lies outside.
 */
public final class FileStore {
    /** How often a file may be replaced while it is being opened. */
    private static final int MAX_TRIES = 10;

    private final Path root;
    private final Places places;
    private final LongAdder opened = new LongAdder();

    /** @param root made absolute now; it need not exist yet */
    public FileStore(Path root) {
        this.root = root.toAbsolutePath().normalize();
        this.places = new Places(this.root);
    }

    /** Absolute; its links are not resolved. */
    public Path root() {
        return root;
    }

    /**
     * Looks whether a file below a root may be called so.
     *
     * @throws FileRefused when it may not: control characters, too long, that of a file on its way
     */
    public static void requireName(String path) throws FileRefused {
        if (NewFile.isPartial(FilePath.clean(path).getFileName())) {
            throw new FileRefused(Reason.BAD_NAME, path);
        }
    }

    /** How many files were opened for reading. */
    public long opened() {
        return opened.sum();
    }

    /**
     * Opens a regular file for reading.
     *
     * @param path below the root, with or without a slash before it, as a client gives it
     * @return to be closed by the caller
     * @throws FileRefused when there is no such file, or it may not be read
     * @throws IOException when the disk fails
     */
    public OpenFile open(String path) throws FileRefused, IOException {
        var wanted = FilePath.clean(path);
        for (var i = 0; i < MAX_TRIES; i++) {
            try (var place = places.find(wanted)) {
                if (NewFile.isPartial(place.name())) {
                    throw new FileRefused(Reason.NOT_FOUND, path);
                }
                var file = place.open();
                opened.increment();
                return file;
            } catch (ReplacedException e) {
                // a link has come in its place, or another file: look again
            } catch (NoSuchFileException | NotDirectoryException e) {
                throw new FileRefused(Reason.NOT_FOUND, path);
            } catch (AccessDeniedException e) {
                throw new FileRefused(Reason.DENIED, path);
            }
        }
        throw new FileRefused(Reason.NOT_FOUND, path);
    }

    /**
     * The names in a directory, in no order; those of files on their way are left out.
     *
     * @return empty when there is no such directory
     * @throws FileRefused when it may not be read or lies outside of the root
     */
    public Optional<List<String>> list(String path) throws FileRefused, IOException {
        return change(path, wanted -> {
            try (var place = places.find(wanted);
                    var directory = Directory.enter(place.directory(), place.name())) {
                var names = new ArrayList<String>();
                for (var entry : directory) {
                    if (!NewFile.isPartial(entry.getFileName())) {
                        names.add(String.valueOf(entry.getFileName()));
                    }
                }
                return Optional.of(names);
            } catch (NoSuchFileException | NotDirectoryException e) {
                return Optional.empty();
            } catch (DirectoryIteratorException e) {
                throw e.getCause();
            }
        });
    }

    /**
     * Begins a file, and makes the directories above it that are missing. Where a link is, what it leads to is replaced, not
     * the link; one that leads nowhere is replaced itself.
     *
     * @return to be closed by the caller
     * @throws FileRefused when it leads out of the root, or something is in its way that is no regular file
     */
    public NewFile create(String path) throws FileRefused, IOException {
        return begin(path, place -> new NewFile(place.directory(), place.path(), place.name()));
    }

    /**
     * Goes on with a file that was begun and {@linkplain NewFile#keep kept}; closing it leaves it, unless it is told otherwise.
     *
     * @param temporary its name then
     * @return to be closed by the caller; empty when it is not there any more
     * @throws FileRefused as {@link #create}
     */
    public Optional<NewFile> goOn(String path, String temporary) throws FileRefused, IOException {
        var name = Path.of(temporary);
        if (name.getNameCount() != 1 || !NewFile.isOurs(name)) {
            return Optional.empty();
        }
        try {
            return Optional.of(begin(path, place -> {
                if (!Place.attributes(place.directory(), name).isRegularFile()) {
                    throw new NoSuchFileException(temporary);
                }
                var file = NewFile.goOn(place.directory(), place.path(), place.name(), name);
                file.keep(true);
                return file;
            }));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    /** How a file is begun in its place, which it closes with itself. */
    private interface Beginning {
        NewFile in(Place place) throws IOException;
    }

    private NewFile begin(String path, Beginning beginning) throws FileRefused, IOException {
        return change(path, wanted -> {
            var place = places.madeTarget(wanted);
            try {
                place.requireFree(path);
                return beginning.in(place);
            } catch (Throwable e) {
                place.close();
                throw e;
            }
        });
    }

    /**
     * Writes files, each whole or not at all: all are on disk under other names before the first gets its own.
     *
     * @param contents by path, in the order in which they appear
     * @throws FileRefused as {@link #create}; nothing was changed
     * @throws IOException when the disk fails or is full; no file was changed, unless one was moved to its place already
     */
    public void write(Map<String, byte[]> contents) throws FileRefused, IOException {
        var files = new ArrayList<NewFile>();
        try {
            for (var content : contents.entrySet()) {
                var file = create(content.getKey());
                files.add(file);
                var rest = ByteBuffer.wrap(content.getValue());
                while (rest.hasRemaining()) {
                    file.channel().write(rest);
                }
                file.sync();
            }
            for (var file : files) {
                file.publish();
            }
            var synced = new HashSet<Path>();
            for (var file : files) {
                if (synced.add(file.place())) {
                    file.syncDirectory();
                }
            }
        } finally {
            for (var file : files) {
                file.close();
            }
        }
    }

    /**
     * Makes a link, in place of a link or file that is there, and the directories above it that are missing.
     *
     * @param target as it shall be read: relative to the directory of the link
     */
    public void link(String path, String target) throws FileRefused, IOException {
        change(path, wanted -> {
            try (var place = places.made(wanted)) {
                place.requireFree(path);
                var temporary = NewFile.temporary(place.name());
                Files.createSymbolicLink(place.path().resolve(temporary), Path.of(target));
                place.directory().move(temporary, place.directory(), place.name());
                NewFile.sync(place.directory());
            }
            return true;
        });
    }

    /**
     * Removes a file, or a link and not what it leads to.
     *
     * @return false when there was none
     * @throws FileRefused when it is a directory, or lies outside of the root
     */
    public boolean delete(String path) throws FileRefused, IOException {
        return remove(path, place -> {
            if (place.attributes().isDirectory()) {
                throw new FileRefused(Reason.DIRECTORY, path);
            }
            place.directory().deleteFile(place.name());
            return true;
        });
    }

    /**
     * What the disk knows of a regular file, which is not read for that.
     *
     * @return empty when there is none; a link is none, wherever it leads
     * @throws FileRefused when it lies outside of the root
     */
    public Optional<BasicFileAttributes> look(String path) throws FileRefused, IOException {
        return at(path, Place::attributes).filter(BasicFileAttributes::isRegularFile);
    }

    /**
     * Removes a file unless it is another one, or was changed or read, since it was looked at. Whoever reads it goes on.
     *
     * @return whether it was removed
     */
    public boolean deleteUnchanged(String path, BasicFileAttributes seen) throws FileRefused, IOException {
        return remove(path, place -> {
            var now = place.attributes();
            if (!now.isRegularFile()
                    || !Objects.equals(now.fileKey(), seen.fileKey())
                    || now.size() != seen.size()
                    || !now.lastModifiedTime().equals(seen.lastModifiedTime())
                    || !now.lastAccessTime().equals(seen.lastAccessTime())) {
                return false;
            }
            place.directory().deleteFile(place.name());
            return true;
        });
    }

    /**
     * Removes a directory with all that is in it. Links in it are removed, not what they lead to.
     *
     * @return false when there was none
     */
    public boolean deleteTree(String path) throws FileRefused, IOException {
        return remove(path, place -> {
            Trees.remove(place.directory(), place.name());
            return true;
        });
    }

    /** What is done in a place. */
    private interface Work<T> {
        T in(Place place) throws FileRefused, ReplacedException, IOException;
    }

    /** @param removal tells whether it has removed something */
    private boolean remove(String path, Work<Boolean> removal) throws FileRefused, IOException {
        return at(path, place -> {
                    var removed = removal.in(place);
                    if (removed) {
                        NewFile.sync(place.directory());
                    }
                    return removed;
                })
                .orElse(false);
    }

    /** Does something with a name itself, whatever it leads to; empty when it is not there. */
    private <T> Optional<T> at(String path, Work<T> work) throws FileRefused, IOException {
        return change(path, wanted -> {
            try (var place = places.named(wanted)) {
                return Optional.of(work.in(place));
            } catch (NoSuchFileException | NotDirectoryException e) {
                return Optional.empty();
            }
        });
    }

    /**
     * Removes files on their way that were changed last before a time: whoever wrote them is gone. Links are not followed.
     *
     * @param spared names of those that stay, to go on with
     * @return how many
     */
    public int sweep(Instant before, Set<String> spared) throws FileRefused, IOException {
        try (var directory = Directory.open(root.toRealPath(), Path.of(""))) {
            return Trees.sweep(directory, before, spared);
        } catch (NoSuchFileException | ReplacedException e) {
            return 0;
        }
    }

    /** A step that begins anew when the tree is changed under it. */
    private interface Step<T> {
        T run(Path wanted) throws FileRefused, ReplacedException, IOException;
    }

    private static <T> T change(String path, Step<T> step) throws FileRefused, IOException {
        var wanted = FilePath.clean(path);
        for (var i = 0; i < MAX_TRIES; i++) {
            try {
                return step.run(wanted);
            } catch (ReplacedException e) {
                // look again
            } catch (AccessDeniedException e) {
                throw new FileRefused(Reason.DENIED, path);
            }
        }
        throw new IOException(path + ": it is replaced all the time");
    }
}
