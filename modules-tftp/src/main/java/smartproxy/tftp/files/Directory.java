package smartproxy.tftp.files;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.attribute.BasicFileAttributeView;

/** Opens directories one below the other, each relative to the one before, so that nobody can lead the way elsewhere. */
final class Directory {
    private Directory() {}

    /**
     * @param root whose real path it is
     * @param below names without links below it; empty for the root itself
     * @throws ReplacedException when one of the names is a link by now
     */
    @SuppressWarnings("StreamResourceLeak") // the caller closes it
    static SecureDirectoryStream<Path> open(Path root, Path below) throws ReplacedException, IOException {
        var at = secure(Files.newDirectoryStream(root), root);
        try {
            for (var name : below) {
                if (name.toString().isEmpty()) { // the one name of an empty path
                    break;
                }
                var next = enter(at, name);
                at.close();
                at = next;
            }
            return at;
        } catch (Throwable e) {
            at.close();
            throw e;
        }
    }

    /** A directory in this one. What is no directory is not opened: a pipe would be waited for without end. */
    static SecureDirectoryStream<Path> enter(SecureDirectoryStream<Path> directory, Path name)
            throws ReplacedException, IOException {
        var attributes = directory
                .getFileAttributeView(name, BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
                .readAttributes();
        if (attributes.isSymbolicLink()) {
            throw new ReplacedException();
        }
        if (!attributes.isDirectory()) {
            throw new NotDirectoryException(name.toString());
        }
        try {
            return directory.newDirectoryStream(name, LinkOption.NOFOLLOW_LINKS);
        } catch (FileSystemException e) {
            if (String.valueOf(e.getReason()).contains("symbolic link")) {
                throw new ReplacedException(); // it has become one since
            }
            throw e;
        }
    }

    private static SecureDirectoryStream<Path> secure(DirectoryStream<Path> stream, Path path) throws IOException {
        if (stream instanceof SecureDirectoryStream<Path> secure) {
            return secure;
        }
        stream.close();
        throw new IOException(path + ": this operating system cannot open files relative to a directory");
    }
}
