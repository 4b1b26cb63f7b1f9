package smartproxy.tftp.httpboot;

import java.io.IOException;
import java.nio.file.Files;
import smartproxy.core.api.BackendException;
import smartproxy.core.api.BackendException.Kind;
import smartproxy.core.api.BackendException.Outcome;
import smartproxy.core.api.CallerException;
import smartproxy.core.api.FileSource;
import smartproxy.core.api.ProxyException;
import smartproxy.tftp.files.FileRefused;
import smartproxy.tftp.files.FileStore;

/** Opens what firmware asks for; the words of refusals are the reference's. */
final class HttpBootFiles implements FileSource {
    private final FileStore store;

    HttpBootFiles(FileStore store) {
        this.store = store;
    }

    @Override
    public ServedFile open(String path) {
        try {
            var file = store.open(path);
            return new ServedFile(file.channel(), file.size(), file.modified(), FileTypes.of(file.name()));
        } catch (FileRefused e) {
            throw refusal(e);
        } catch (IOException e) {
            throw unavailable("The file cannot be read: " + e.getMessage(), e);
        }
    }

    private ProxyException refusal(FileRefused e) {
        return switch (e.reason()) {
            case NOT_FOUND, BAD_NAME, NOT_DIRECTORY -> CallerException.notFound("Not found");
            case OUTSIDE ->
                Files.exists(store.root())
                        ? CallerException.forbidden("Invalid or empty path")
                        : CallerException.notFound("Not found");
            case DIRECTORY -> CallerException.forbidden("Directory listing not allowed");
            case DENIED -> CallerException.forbidden("Permission denied");
            case NOT_REGULAR -> unavailable("Not a regular file", e);
        };
    }

    private static BackendException unavailable(String message, Exception cause) {
        return new BackendException(Kind.UNAVAILABLE, Outcome.NOT_APPLIED, message, cause);
    }
}
