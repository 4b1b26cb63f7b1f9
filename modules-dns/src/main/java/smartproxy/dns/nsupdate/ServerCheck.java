package smartproxy.dns.nsupdate;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.TSIGRecord;
import org.xbill.DNS.TextParseException;
import org.xbill.DNS.Type;
import org.xbill.DNS.Update;
import smartproxy.core.api.Backend;
import smartproxy.core.api.BackendException;
import smartproxy.core.api.Deadline;
import smartproxy.core.api.Finding;
import smartproxy.core.api.LiveCheck.Host;
import smartproxy.core.api.Operation;
import smartproxy.dns.DnsName;

/**
 * Looks at the server: does it answer, does it take the key, may the key change the zones. The last is asked by an update that
 * removes a record which does not exist, under the prerequisite that it does not exist (RFC 2136, section 2.4.5): a server judges
 * it like any other update and has nothing to change, not even the zone's serial (section 3.6).
 */
final class ServerCheck {
    private static final Operation CHECK = Operation.repeatable("check");

    private final NsupdateSettings settings;
    private final @Nullable TsigSigner signer;
    private final Backend backend;
    private final DnsTransport transport;
    private final Lookup lookup;
    private final Refusals refusals;
    private final ZoneFinder zones;
    private final String what;

    ServerCheck(
            NsupdateSettings settings,
            @Nullable TsigSigner signer,
            Backend backend,
            DnsTransport transport,
            Lookup lookup,
            Refusals refusals,
            ZoneFinder zones) {
        this.settings = settings;
        this.signer = signer;
        this.backend = backend;
        this.transport = transport;
        this.lookup = lookup;
        this.refusals = refusals;
        this.zones = zones;
        this.what = NsupdateFactory.NAME + " " + settings.server();
    }

    List<Finding> probe(Host host, Deadline deadline) {
        Message answer;
        try {
            answer = backend.call(CHECK, deadline, attempt -> lookup.query(Name.root, Type.SOA, attempt));
        } catch (BackendException e) {
            return List.of(Finding.error(
                    what,
                    plain(e),
                    "is it running, and open to this host by UDP and TCP? An answer without a valid signature counts as"
                            + " none; else correct dns_server"));
        }
        var refused = refusals.ofSignature(answer);
        if (refused != null) {
            return List.of(Finding.error(what, refused, "nothing can be changed there until it takes the key"));
        }
        var findings = new ArrayList<Finding>();
        findings.add(key(answer));
        var tsig = answer.getTSIG();
        if (signer != null && tsig != null) {
            findings.add(clock(tsig, signer));
        }
        zones(host, deadline, findings);
        return findings;
    }

    private Finding key(Message answer) {
        if (signer == null) {
            return Finding.warning(
                    what,
                    "answers; updates are not signed",
                    "set dns_key, so that others cannot change records from this address");
        }
        return answer.getTSIG() == null
                ? Finding.error(
                        what,
                        "answers " + Rcode.string(answer.getRcode())
                                + " without a signature: it does not know TSIG, or "
                                + signer.key().algorithm(),
                        "use another algorithm, or another server")
                : Finding.ok(what, "answers, and takes " + signer.key());
    }

    /** Both clocks show whole seconds here. */
    private Finding clock(TSIGRecord tsig, TsigSigner signed) {
        var ahead = Duration.between(signed.now(), tsig.getTimeSigned()).toSeconds();
        var text = "its clock and ours differ by " + Math.abs(ahead) + " s";
        return Math.abs(ahead) > settings.fudgeSlack().toSeconds()
                ? Finding.warning(
                        what,
                        text,
                        "synchronise the clocks, or raise dns_tsig_fudge_slack: late updates are refused (BADTIME)")
                : Finding.ok(what, text);
    }

    private void zones(Host host, Deadline deadline, List<Finding> findings) {
        var seen = new LinkedHashSet<Name>();
        var asked = !host.asked().isEmpty();
        for (var text : asked ? host.asked() : host.likely()) {
            var name = DnsName.service(text);
            if (name.isEmpty()) {
                if (asked) {
                    findings.add(Finding.error(what, "'" + text + "' is no DNS name", "correct it"));
                }
                continue;
            }
            try {
                var wire = Names.wire(name.get());
                var zone = backend.call(CHECK, deadline, attempt -> zones.findAnew(wire, attempt));
                if (seen.add(zone)) {
                    findings.add(permission(zone, asked, deadline));
                }
            } catch (BackendException e) {
                // Of the names that were guessed none need be its.
                if (asked || e.kind() != BackendException.Kind.REJECTED) {
                    findings.add(Finding.error(what, plain(e), ""));
                }
            }
        }
        if (!asked && seen.isEmpty()) {
            findings.add(Finding.warning(
                    what,
                    "serves no zone of this host's or Foreman's name, so it is not known what may be changed",
                    "name a zone: --zone example.com"));
        }
    }

    private Finding permission(Name zone, boolean asked, Deadline deadline) {
        var type = isReverse(zone) ? Type.PTR : Type.A;
        var owner = absent(zone);
        var answer = backend.call(CHECK, deadline, attempt -> update(zone, owner, type, attempt));
        var subject = what + " zone " + zone.toString(true);
        if (answer.getRcode() == Rcode.NOERROR) {
            return Finding.ok(
                    subject,
                    (signer == null ? "may be changed without a key" : signer.key() + " may change it")
                            + " (tried with " + (type == Type.PTR ? "a PTR" : "an A") + " record that does not exist)");
        }
        var found = refusals.reason(answer);
        return asked
                ? Finding.error(subject, found, "")
                : Finding.warning(subject, found, "fine if Foreman does not manage this zone");
    }

    private Message update(Name zone, Name owner, int type, Deadline deadline)
            throws IOException, InterruptedException {
        try (var conversation = new Conversation(transport, settings::fudgeMax)) {
            return conversation.ask(
                    () -> {
                        var update = new Update(zone);
                        update.absent(owner);
                        update.delete(owner, type);
                        return update;
                    },
                    deadline);
        }
    }

    /** A name that nobody has. */
    private static Name absent(Name zone) {
        try {
            return Name.fromString("smart-proxy-check-" + UUID.randomUUID(), zone);
        } catch (TextParseException e) {
            return zone; // too long a zone: its apex exists, so the prerequisite fails and nothing is judged
        }
    }

    private static boolean isReverse(Name zone) {
        var text = "." + zone.toString(true).toLowerCase(Locale.ROOT);
        return text.endsWith(".in-addr.arpa") || text.endsWith(".ip6.arpa");
    }

    private static String plain(BackendException e) {
        var message = String.valueOf(e.getMessage());
        var prefix = NsupdateFactory.NAME + ": ";
        return message.startsWith(prefix) ? message.substring(prefix.length()) : message;
    }
}
