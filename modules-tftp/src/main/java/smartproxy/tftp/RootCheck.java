package smartproxy.tftp;

import java.nio.file.Files;
import java.nio.file.Path;
import smartproxy.core.api.Finding;
import smartproxy.core.api.HealthSource.Health;

/** Whether the root is there and can be written. */
final class RootCheck {
    private final Path root;
    private final Lookout lookout;

    RootCheck(Path root) {
        this.root = root;
        this.lookout = new Lookout("root", this::look);
    }

    Health health() {
        return lookout.health();
    }

    void refresh() {
        lookout.refresh();
    }

    Finding finding() {
        var health = look();
        return health.ok()
                ? Finding.ok("tftproot", health.detail())
                : Finding.error("tftproot", health.detail(), "make it a directory of the daemon's user");
    }

    private Health look() {
        if (!Files.isDirectory(root)) {
            return new Health(false, root + " is not a directory");
        }
        return Files.isWritable(root)
                ? new Health(true, root + " can be written")
                : new Health(false, root + " may not be written by " + System.getProperty("user.name"));
    }
}
