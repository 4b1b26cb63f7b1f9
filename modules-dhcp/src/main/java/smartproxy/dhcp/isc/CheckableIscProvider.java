package smartproxy.dhcp.isc;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import smartproxy.core.api.Backend;
import smartproxy.core.api.BackendException;
import smartproxy.core.api.Deadline;
import smartproxy.core.api.Finding;
import smartproxy.core.api.LiveCheck;
import smartproxy.core.api.Operation;
import smartproxy.core.api.ProviderContext;

/** Can be looked at: by one question over OMAPI, for a host that is not there, and by reading the two files. */
final class CheckableIscProvider extends IscDhcpProvider implements LiveCheck {
    private static final Operation CHECK = Operation.repeatable("check");

    /** No host can have it. */
    private static final String NO_NAME = "-";

    private final IscSettings settings;
    private final Backend backend;

    CheckableIscProvider(String name, IscSettings settings, boolean mounted, ProviderContext context) {
        super(name, settings, mounted, context);
        this.settings = settings;
        this.backend = context.backend();
    }

    @Override
    public List<Finding> probe(LiveCheck.Host host, Deadline deadline) {
        var findings = new ArrayList<Finding>();
        findings.add(omapi(deadline));
        findings.add(configuration());
        findings.add(leases());
        return findings;
    }

    private Finding omapi(Deadline deadline) {
        var server = settings.server();
        var what = backend.name() + " OMAPI " + server;
        var key = server.key();
        try (var client = new OmapiClient(server)) {
            var unused = backend.call(CHECK, deadline, attempt -> client.talk(attempt, talk -> talk.find(NO_NAME)));
            return key.isPresent()
                    ? Finding.ok(what, "takes the key and answers")
                    : Finding.warning(
                            what,
                            "answers without a key: whoever reaches it can change every host",
                            "set omapi-key in dhcpd.conf, key_name and key_secret here");
        } catch (BackendException e) {
            return Finding.error(
                    what, String.valueOf(e.getMessage()), "nothing can be changed there until this is mended");
        }
    }

    private Finding configuration() {
        var what = backend.name() + " configuration " + settings.config();
        try {
            var read = DhcpdConf.read(settings.config());
            var subnets = read.subnets().size();
            return subnets == 0
                    ? Finding.warning(what, "declares no subnet", "look whether it is what dhcpd reads")
                    : Finding.ok(
                            what,
                            "is readable, declares " + subnets + " subnets and "
                                    + read.hosts().size() + " hosts");
        } catch (DhcpdConf.Unusable e) {
            return Finding.error(
                    what, String.valueOf(e.getMessage()), "the module does not start until this is mended");
        }
    }

    private Finding leases() {
        var file = settings.leases();
        var what = backend.name() + " leases file " + file;
        if (Files.exists(file) && !Files.isRegularFile(file)) {
            return Finding.error(what, "is not a regular file", "set leases to the file that dhcpd writes");
        }
        try (var in = FileChannel.open(file)) {
            var age = Duration.between(Files.getLastModifiedTime(file).toInstant(), Instant.now());
            if (in.size() == 0) {
                return Finding.warning(what, "is empty", "look whether dhcpd runs and writes there");
            }
            return OpenLeases.isHeaded(in)
                    ? Finding.ok(what, "is readable, written " + text(age) + " ago")
                    : Finding.warning(
                            what, "does not begin as dhcpd's files do", "look whether it is the one that dhcpd writes");
        } catch (IOException e) {
            return Finding.error(
                    what, "cannot be read: " + e, "let the daemon's user read it, and enter its directories");
        }
    }

    private static String text(Duration age) {
        if (age.toDays() > 1) {
            return age.toDays() + " days";
        }
        return age.toHours() > 1 ? age.toHours() + " hours" : Math.max(0, age.toSeconds()) + " seconds";
    }
}
