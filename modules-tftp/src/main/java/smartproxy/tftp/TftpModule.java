package smartproxy.tftp;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import smartproxy.core.api.Deadline;
import smartproxy.core.api.Finding;
import smartproxy.core.api.LiveCheck;
import smartproxy.core.api.ModuleContext;
import smartproxy.core.api.ModuleInstance;
import smartproxy.core.api.Mount;
import smartproxy.core.api.ProxyModule;
import smartproxy.core.api.Role;
import smartproxy.core.api.Schema;
import smartproxy.core.api.SharedResources.Lease;
import smartproxy.core.api.StartException;
import smartproxy.tftp.bootfiles.BootFiles;
import smartproxy.tftp.files.FileStore;
import smartproxy.tftp.server.TftpServer;

/** The feature {@code tftp}: boot configurations and boot files below one root, mounted at {@code /tftp} for Foreman. */
public final class TftpModule implements ProxyModule<TftpSettings> {
    /** Foreman announces a loader of the host's own when it sees this. */
    private static final String BOOTLOADER_UNIVERSE = "bootloader_universe";

    @Override
    public String name() {
        return "tftp";
    }

    @Override
    public Schema<TftpSettings> schema() {
        return TftpSettings.SCHEMA;
    }

    @Override
    public List<String> differences() {
        return List.of(
                "files appear whole, once they are on disk, and can be read by all users",
                "links are followed only as long as they end below `:tftproot:`",
                "a list or mapping where the text of a configuration is meant is 400",
                "a full or broken disk is answered 503, a directory that may not be written 502, not 400",
                "a loader of the host's own (Foreman 3.14) is set up",
                "a request for a boot file waits 5 s for it (`:boot_file_wait:`): one that cannot be fetched is 502, or 200 with state"
                        + " `stale` where an older copy is there",
                "boot files do not come from link-local addresses, nor from this host when another one sends us there",
                "boot files come from their servers themselves: `http_proxy` and its like in the environment do not count");
    }

    @Override
    public ModuleInstance create(TftpSettings settings, ModuleContext context) {
        var files = new FileStore(settings.root());
        var server = settings.server().map(present -> new TftpServer(present, files, context));
        var instance = new Instance(settings, context, files, server);
        context.health("boot server", instance.bootServer::health);
        context.health("root", instance.root::health);
        return instance;
    }

    /** The running module. */
    private static final class Instance implements ModuleInstance, LiveCheck {
        private final ModuleContext context;
        private final List<Mount> mounts;
        private final BootServer bootServer;
        private final RootCheck root;
        private final BootFiles bootFiles;
        private final Optional<TftpServer> server;
        private volatile @Nullable Lease<WriteTurns> turns;

        /** @param server the built-in one; none when it is off */
        Instance(TftpSettings settings, ModuleContext context, FileStore files, Optional<TftpServer> server) {
            this.context = context;
            this.server = server;
            bootFiles = new BootFiles(files, settings.bootFiles(), context);
            var service = new TftpService(files, this::turns);
            var resource = new TftpResource(service, bootFiles, settings);
            mounts = List.of(new Mount("/tftp", Role.FOREMAN, resource));
            bootServer = new BootServer(
                    settings.serverName(),
                    () -> server.map(TftpServer::whereabouts).orElse(BootServer.OFF));
            root = new RootCheck(settings.root());
        }

        private WriteTurns turns() {
            var lease = turns;
            if (lease == null) {
                throw new IllegalStateException("tftp is not running");
            }
            return lease.get();
        }

        @Override
        public List<Mount> mounts() {
            return mounts;
        }

        @Override
        public List<String> capabilities() {
            return List.of(BOOTLOADER_UNIVERSE);
        }

        @Override
        public void start() throws StartException {
            try {
                turns = context.shared().acquire("tftp", WriteTurns.class, WriteTurns::new);
                bootFiles.start();
            } catch (Exception e) {
                throw new StartException("tftp: cannot start: " + e, e);
            }
            if (server.isPresent()) {
                server.get().start();
            }
            bootServer.refresh();
            root.refresh();
        }

        @Override
        public void close() {
            server.ifPresent(TftpServer::close);
            bootFiles.close();
            var lease = turns;
            turns = null;
            if (lease != null) {
                lease.close();
            }
        }

        @Override
        public List<Finding> findings() {
            return List.of(bootServer.finding());
        }

        @Override
        public List<Finding> probe(Host host, Deadline deadline) throws InterruptedException {
            var findings = new ArrayList<>(List.of(root.finding()));
            server.ifPresent(present -> findings.addAll(present.probe(host)));
            findings.addAll(bootServer.findings(deadline));
            return findings;
        }
    }
}
