package smartproxy.dns.embedded;

import java.io.IOException;
import java.net.InetAddress;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.OPTRecord;
import org.xbill.DNS.Opcode;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.TSIGRecord;
import org.xbill.DNS.Type;

/** Answers queries for the zones, and nothing else: no recursion, no updates, no IXFR, ANY, TSIG or DNSSEC. */
final class DnsServer implements QueryHandler {
    private static final Logger LOG = LoggerFactory.getLogger(DnsServer.class);
    private static final int HEADER = 12;
    private static final int PLAIN_UDP = 512;
    /** Passes every path unfragmented (DNS Flag Day 2020). */
    private static final int EDNS_UDP = 1232;

    private static final int STREAM = 65535;
    private static final int FIRST_META_TYPE = 128;
    private static final int OPCODE_SHIFT = 11;
    private static final int RESPONSE = 0x8000;
    private static final int AUTHORITATIVE = 0x0400;
    private static final int TRUNCATED = 0x0200;
    private static final int RECURSION_DESIRED = 0x0100;
    private static final int OPCODE_MASK = 0x0F;
    private static final int RCODE_MASK = 0x0F;
    private static final int DNSSEC_OK = 0x8000;

    private final ServedZones zones;
    private final Lookup lookup;
    private final Set<InetAddress> transferTo;

    DnsServer(ServedZones zones, Set<InetAddress> transferTo) {
        this.zones = zones;
        this.lookup = new Lookup(zones);
        this.transferTo = transferTo;
    }

    @Override
    public void handle(byte[] query, Peer peer, Reply reply) throws IOException {
        if (query.length < HEADER || (query[2] & 0x80) != 0 || peer.address().getPort() == 0) {
            return;
        }
        try {
            answer(query, peer, reply);
        } catch (RuntimeException e) {
            LOG.error("{}: a query from {} failed", EmbeddedFactory.NAME, peer.address(), e);
            reply.send(bare(query, Rcode.SERVFAIL));
        }
    }

    private void answer(byte[] query, Peer peer, Reply reply) throws IOException {
        var opcode = (query[2] >> 3) & OPCODE_MASK;
        if (opcode != Opcode.QUERY) {
            reply.send(bare(query, opcode == Opcode.UPDATE ? Rcode.REFUSED : Rcode.NOTIMP));
            return;
        }
        var message = parsed(query);
        if (message == null || !isWellFormed(message)) {
            reply.send(bare(query, Rcode.FORMERR));
            return;
        }
        var question = message.getQuestion();
        if (isTransfer(message) && peer.stream()) {
            transfer(message, question, peer, reply);
        } else {
            reply.send(written(message, peer, answerTo(message, question)));
        }
    }

    private static @Nullable Message parsed(byte[] query) {
        try {
            return new Message(query);
        } catch (IOException | RuntimeException e) {
            return null; // dnsjava throws either on garbage
        }
    }

    private static boolean isWellFormed(Message message) {
        var options = message.getSection(Section.ADDITIONAL).stream()
                .filter(OPTRecord.class::isInstance)
                .toList();
        return message.getHeader().getCount(Section.QUESTION) == 1
                && message.getQuestion() != null
                && options.size() <= 1
                && options.stream().allMatch(option -> option.getName().equals(Name.root));
    }

    private static boolean isTransfer(Message message) {
        var question = message.getQuestion();
        return version(message) == 0
                && question.getType() == Type.AXFR
                && question.getDClass() == DClass.IN
                && !isSigned(message);
    }

    private Lookup.Answer answerTo(Message message, Record question) {
        if (version(message) != 0) {
            return failure(Rcode.BADVERS);
        }
        if (isSigned(message)) {
            return failure(Rcode.NOTAUTH);
        }
        if (question.getDClass() != DClass.IN) {
            return failure(Rcode.REFUSED);
        }
        var type = question.getType();
        if (type == Type.AXFR) {
            return failure(Rcode.FORMERR); // RFC 5936, section 4.2: not over UDP
        }
        if ((type >= FIRST_META_TYPE && type <= Type.ANY) || type == Type.OPT) {
            return failure(Rcode.NOTIMP);
        }
        return lookup.find(question.getName(), type);
    }

    private static Lookup.Answer failure(int rcode) {
        return new Lookup.Answer(rcode, List.of(), List.of());
    }

    private static int version(Message message) {
        var option = message.getOPT();
        return option == null ? 0 : option.getVersion();
    }

    private static boolean isSigned(Message message) {
        return message.getSection(Section.ADDITIONAL).stream().anyMatch(TSIGRecord.class::isInstance);
    }

    private void transfer(Message message, Record question, Peer peer, Reply reply) throws IOException {
        if (!transferTo.contains(peer.address().getAddress())) {
            LOG.info(
                    "{}: transfer of {} refused to {}, which is not in :transfer_to:",
                    EmbeddedFactory.NAME,
                    question.getName(),
                    peer.address().getAddress().getHostAddress());
            reply.send(written(message, peer, failure(Rcode.REFUSED)));
            return;
        }
        var zone = zones.withApex(question.getName());
        if (zone.isEmpty()) {
            reply.send(written(message, peer, failure(Rcode.NOTAUTH)));
            return;
        }
        var flags = flags(message, Rcode.NOERROR) | AUTHORITATIVE;
        Transfer.send(zone.get(), message.getHeader().getID(), flags, question, option(message, Rcode.NOERROR), reply);
    }

    private static byte[] written(Message query, Peer peer, Lookup.Answer answer) {
        var option = option(query, answer.rcode());
        var flags = flags(query, answer.rcode());
        if (answer.rcode() == Rcode.NOERROR || answer.rcode() == Rcode.NXDOMAIN) {
            flags |= AUTHORITATIVE;
        }
        var space = limit(query, peer) - (option == null ? 0 : option.toWire(Section.ADDITIONAL).length);
        var writer = new MessageWriter(query.getHeader().getID(), flags, query.getQuestion(), space);
        var fits = answer.answers().stream().allMatch(record -> writer.add(record, Section.ANSWER))
                && answer.authority().stream().allMatch(record -> writer.add(record, Section.AUTHORITY));
        if (fits) {
            return ended(writer, option);
        }
        return ended(
                new MessageWriter(query.getHeader().getID(), flags | TRUNCATED, query.getQuestion(), space), option);
    }

    private static byte[] ended(MessageWriter writer, @Nullable OPTRecord option) {
        if (option != null) {
            writer.addOption(option);
        }
        return writer.message();
    }

    private static int limit(Message query, Peer peer) {
        if (peer.stream()) {
            return STREAM;
        }
        var option = query.getOPT();
        return option == null ? PLAIN_UDP : Math.max(PLAIN_UDP, Math.min(option.getPayloadSize(), EDNS_UDP));
    }

    /** Answers EDNS with EDNS (RFC 6891, section 6.1.1). */
    private static @Nullable OPTRecord option(Message query, int rcode) {
        var asked = query.getOPT();
        return asked == null ? null : new OPTRecord(EDNS_UDP, rcode >> 4, 0, asked.getFlags() & DNSSEC_OK);
    }

    private static int flags(Message query, int rcode) {
        var desired = query.getHeader().getFlag(Flags.RD) ? RECURSION_DESIRED : 0;
        return RESPONSE | desired | (rcode & RCODE_MASK);
    }

    /** A header that answers a message of which no more can be said. */
    private static byte[] bare(byte[] query, int rcode) {
        var id = (query[0] & 0xFF) << 8 | (query[1] & 0xFF);
        var opcode = ((query[2] >> 3) & OPCODE_MASK) << OPCODE_SHIFT;
        var desired = (query[2] & 0x01) != 0 ? RECURSION_DESIRED : 0;
        return new MessageWriter(id, RESPONSE | opcode | desired | rcode, null, HEADER).message();
    }
}
