package smartproxy.tftp.files;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A file on its way: written beside its place under a name that is never served, then moved there at once. Closing it
 * unpublished leaves nothing behind, unless it is kept to go on with. For one thread.
 */
public final class NewFile implements AutoCloseable {
    private static final Set<OpenOption> CREATE =
            Set.of(StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW, LinkOption.NOFOLLOW_LINKS);
    private static final Set<OpenOption> GO_ON =
            Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
    private static final Pattern PARTIAL = Pattern.compile("\\..*\\.part", Pattern.DOTALL);
    private static final Pattern OURS = Pattern.compile("\\..{1,40}\\.[0-9a-f]{16}\\.part", Pattern.DOTALL);
    private static final int SHOWN = 40;

    private final SecureDirectoryStream<Path> directory;
    private final Path place;
    private final Path name;
    private final Path temporary;
    private final FileChannel channel;
    private boolean published;
    private boolean kept;

    /**
     * @param directory closed with this
     * @param place of the directory, to tell it from others
     */
    NewFile(SecureDirectoryStream<Path> directory, Path place, Path name) throws IOException {
        this(directory, place, name, temporary(name), CREATE);
    }

    private NewFile(
            SecureDirectoryStream<Path> directory, Path place, Path name, Path temporary, Set<OpenOption> options)
            throws IOException {
        this.directory = directory;
        this.place = place;
        this.name = name;
        this.temporary = temporary;
        this.channel = (FileChannel) directory.newByteChannel(temporary, options);
        try {
            // whatever the umask: the TFTP server is another user
            directory
                    .getFileAttributeView(temporary, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
                    .setPermissions(PosixFilePermissions.fromString("rw-r--r--"));
        } catch (Throwable e) {
            remove();
            channel.close();
            throw e;
        }
    }

    /**
     * One that was {@linkplain #keep kept} before.
     *
     * @param temporary its name then; a regular file
     */
    static NewFile goOn(SecureDirectoryStream<Path> directory, Path place, Path name, Path temporary)
            throws IOException {
        return new NewFile(directory, place, name, temporary, GO_ON);
    }

    /** A name for what shall become {@code name}, that nobody else has. */
    static Path temporary(Path name) {
        var start = name.toString();
        var shown = start.offsetByCodePoints(0, Math.min(SHOWN, start.codePointCount(0, start.length())));
        return Path.of("." + start.substring(0, shown) + "."
                + HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong()) + ".part");
    }

    /** Whether a name is that of a file on its way, by this class or another part of the daemon. */
    static boolean isPartial(@Nullable Path name) {
        return name != null && PARTIAL.matcher(name.toString()).matches();
    }

    /** Whether a name was made here. */
    static boolean isOurs(Path name) {
        return OURS.matcher(name.toString()).matches();
    }

    /** What it is called beside its place, until it is published. */
    public String temporary() {
        return temporary.toString();
    }

    /**
     * Whether closing it unpublished leaves it, for {@link FileStore#goOn}.
     *
     * @param keep false: it is removed, as is the rule
     */
    public void keep(boolean keep) {
        kept = keep;
    }

    /** Removes it now. */
    public void drop() throws IOException {
        kept = false;
        remove();
    }

    /** To write to, and to read from when it was gone on with; stays open until {@link #close()}. */
    public FileChannel channel() {
        return channel;
    }

    /** Has what was written, and nothing is lost by a power cut. */
    public void sync() throws IOException {
        channel.force(true);
    }

    /** Sets the time of its last change, once nothing more is written. */
    public void modified(Instant time) throws IOException {
        directory
                .getFileAttributeView(temporary, BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
                .setTimes(FileTime.from(time), null, null);
    }

    /** Puts it in its place, where it replaces what was there; whoever reads the old file keeps it. Call {@link #sync()} before. */
    public void publish() throws IOException {
        directory.move(temporary, directory, name);
        published = true;
    }

    /** Makes the new entry of the directory as lasting as the file. */
    public void syncDirectory() throws IOException {
        sync(directory);
    }

    /** The real path of the directory that it lies in. */
    Path place() {
        return place;
    }

    static void sync(SecureDirectoryStream<Path> directory) throws IOException {
        try (var handle = (FileChannel)
                directory.newByteChannel(Path.of("."), Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS))) {
            handle.force(true);
        }
    }

    private void remove() throws IOException {
        try {
            directory.deleteFile(temporary);
        } catch (NoSuchFileException e) {
            // somebody has cleaned up
        }
    }

    @Override
    public void close() throws IOException {
        try (directory;
                channel) {
            if (!published && !kept) {
                remove();
            }
        }
    }
}
