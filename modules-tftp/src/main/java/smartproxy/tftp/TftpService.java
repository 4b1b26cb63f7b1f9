package smartproxy.tftp;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import smartproxy.core.api.BackendException;
import smartproxy.core.api.BackendException.Kind;
import smartproxy.core.api.BackendException.Outcome;
import smartproxy.core.api.CallerException;
import smartproxy.core.api.Deadline;
import smartproxy.core.api.ProxyException;
import smartproxy.tftp.files.FileRefused;
import smartproxy.tftp.files.FileStore;
import smartproxy.tftp.files.OpenFile;
import smartproxy.tftp.variant.BootMac;
import smartproxy.tftp.variant.Pxegrub2;
import smartproxy.tftp.variant.Variant;

/** The configurations of hosts and their defaults: which files, in which order, one change at a time. */
final class TftpService {
    static final String CREATE = "TFTP: Failed to create pxe config file: ";
    static final String CREATE_DEFAULT = "TFTP: Failed to create PXE default file: ";
    private static final String READ = "TFTP: Failed to retrieve pxe config file: ";
    private static final String DELETE = "TFTP: Failed to delete pxe config file: ";

    private static final Logger LOG = LoggerFactory.getLogger(TftpService.class);

    private final FileStore store;
    private final HostLoaders loaders;
    private final Supplier<WriteTurns> turns;

    /** @param turns asked once the module runs */
    TftpService(FileStore store, Supplier<WriteTurns> turns) {
        this.store = store;
        this.loaders = new HostLoaders(store);
        this.turns = turns;
    }

    /**
     * The configuration of a host.
     *
     * @return to be closed by the caller
     */
    OpenFile read(Variant variant, BootMac mac) {
        var file = variant.files(mac).get(0);
        try {
            return store.open(file);
        } catch (FileRefused e) {
            throw switch (e.reason()) {
                case NOT_FOUND -> CallerException.notFound(READ + "File " + full(file) + " not found");
                default -> failure(READ, file, e);
            };
        } catch (IOException e) {
            throw failure(READ, file, e);
        }
    }

    /** Writes the configuration of a host, after its loaders if it shall have its own. */
    void write(Variant variant, BootMac mac, byte[] content, Optional<HostLoader> loader, Deadline deadline) {
        turns.get().inOrder(mac.toString(), deadline, () -> {
            if (variant instanceof Pxegrub2 grub) {
                var own = loader.isPresent();
                loader.ifPresent(wanted -> attempt(HostLoader.FAILURE, grub.loaderDirectory(mac), () -> {
                    loaders.link(grub.loaderDirectory(mac), wanted);
                    return true;
                }));
                write(CREATE, own || hasOwn(grub, mac) ? grub.allFiles(mac) : grub.files(mac), content);
            } else {
                write(CREATE, variant.files(mac), content);
            }
            return true;
        });
    }

    /** Whether it was given loaders of its own before: then it reads its configuration there. */
    private boolean hasOwn(Pxegrub2 grub, BootMac mac) {
        var directory = grub.loaderDirectory(mac);
        return attempt(CREATE, directory, () -> store.list(directory)).isPresent();
    }

    void writeDefaults(Variant variant, byte[] content, Deadline deadline) {
        turns.get().inOrder("default", deadline, () -> {
            write(CREATE_DEFAULT, variant.defaults(), content);
            return true;
        });
    }

    private void write(String what, List<String> files, byte[] content) {
        Map<String, byte[]> contents = new LinkedHashMap<>();
        files.forEach(file -> contents.put(file, content));
        attempt(what, files.get(0), () -> {
            store.write(contents);
            return true;
        });
        files.forEach(file -> LOG.debug("TFTP: {} created successfully", full(file)));
    }

    /** Removes the configuration of a host, and all that it has of its own; what is not there is fine. */
    void delete(Variant variant, BootMac mac, Deadline deadline) {
        turns.get().inOrder(mac.toString(), deadline, () -> {
            for (var file : variant.files(mac)) {
                if (attempt(DELETE, file, () -> store.delete(file))) {
                    LOG.debug("TFTP: {} removed successfully", full(file));
                } else {
                    LOG.debug("TFTP: {} is not there, nothing to remove", full(file));
                }
            }
            if (variant instanceof Pxegrub2 grub) {
                var directory = grub.hostDirectory(mac);
                attempt(DELETE, directory, () -> store.deleteTree(directory));
            }
            return true;
        });
    }

    private String full(String file) {
        return store.root().resolve(file).toString();
    }

    /** A step on the disk. */
    private interface Step<T> {
        T run() throws FileRefused, IOException;
    }

    private <T> T attempt(String what, String file, Step<T> step) {
        try {
            return step.run();
        } catch (FileRefused e) {
            throw failure(what, file, e);
        } catch (IOException e) {
            throw failure(what, file, e);
        }
    }

    private ProxyException failure(String what, String file, FileRefused e) {
        var path = store.root().resolve(e.path());
        return switch (e.reason()) {
            case DIRECTORY ->
                CallerException.badRequest(what + path + " is a directory"
                        + (what.equals(CREATE_DEFAULT)
                                ? ": the files of single hosts may be in it, there is no room for a default of that name"
                                : ""));
            case NOT_DIRECTORY ->
                CallerException.badRequest(
                        what + path + " is a file, perhaps a default for all hosts: it leaves no room for " + full(file)
                                + "; remove it");
            case BAD_NAME, NOT_FOUND -> CallerException.badRequest(what + path + ": " + e.reason());
            case OUTSIDE ->
                BackendException.rejected(what + path + " leads out of " + store.root() + "; nothing was changed");
            case NOT_REGULAR -> BackendException.rejected(what + path + " is no regular file; nothing was changed");
            case DENIED ->
                BackendException.rejected(what + path
                        + ": permission denied; the daemon's user, " + System.getProperty("user.name")
                        + ", needs to write there");
        };
    }

    private BackendException failure(String what, String file, IOException e) {
        LOG.debug("{}{}", what, full(file), e);
        var reason = e instanceof FileSystemException system && system.getReason() != null
                ? system.getReason()
                : String.valueOf(e.getMessage());
        return new BackendException(
                Kind.UNAVAILABLE,
                Outcome.UNKNOWN,
                what + full(file) + ": " + reason + "; look at the disk of " + store.root(),
                e);
    }
}
