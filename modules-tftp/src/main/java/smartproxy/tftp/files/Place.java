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
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;
import java.util.Set;
import smartproxy.tftp.files.FileRefused.Reason;

/**
 * An open directory and a name in it, whatever is there.
 *
 * @param path real path of the directory
 */
record Place(SecureDirectoryStream<Path> directory, Path path, Path name) implements AutoCloseable {
    private static final Set<OpenOption> READ = Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);

    BasicFileAttributes attributes() throws IOException {
        return attributes(directory, name);
    }

    static BasicFileAttributes attributes(SecureDirectoryStream<Path> directory, Path name) throws IOException {
        return directory
                .getFileAttributeView(name, BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
                .readAttributes();
    }

    /**
     * Looks whether a new file may come here.
     *
     * @param asked for what the refusal tells
     */
    void requireFree(String asked) throws FileRefused, IOException {
        try {
            var there = attributes();
            if (!there.isRegularFile() && !there.isSymbolicLink()) {
                throw new FileRefused(there.isDirectory() ? Reason.DIRECTORY : Reason.NOT_REGULAR, asked);
            }
        } catch (NoSuchFileException e) {
            // free
        }
        if (NewFile.isPartial(name)) {
            throw new FileRefused(Reason.BAD_NAME, asked);
        }
    }

    /** Opens the regular file here. The attributes are those of the file that was opened: its identity is the same before and after. */
    OpenFile open() throws FileRefused, ReplacedException, IOException {
        var before = attributes();
        // a pipe would be waited for without end
        requireRegular(before);
        var channel = (FileChannel) directory.newByteChannel(name, READ);
        try {
            var after = attributes();
            requireRegular(after);
            if (!Objects.equals(before.fileKey(), after.fileKey())) {
                throw new ReplacedException();
            }
            return new OpenFile(
                    name.toString(),
                    channel,
                    channel.size(),
                    after.lastModifiedTime().toInstant());
        } catch (Throwable e) {
            channel.close();
            throw e;
        }
    }

    private void requireRegular(BasicFileAttributes attributes) throws FileRefused, ReplacedException {
        if (attributes.isSymbolicLink()) {
            throw new ReplacedException();
        }
        if (!attributes.isRegularFile()) {
            throw new FileRefused(attributes.isDirectory() ? Reason.DIRECTORY : Reason.NOT_REGULAR, name.toString());
        }
    }

    @Override
    public void close() throws IOException {
        directory.close();
    }
}
