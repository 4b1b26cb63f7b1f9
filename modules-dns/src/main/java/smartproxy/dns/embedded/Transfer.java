package smartproxy.dns.embedded;

import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.xbill.DNS.OPTRecord;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;

/** Sends a whole zone (RFC 5936), as it was at the beginning, in messages made one after the other. */
final class Transfer {
    /** Compression reaches no further; larger messages gain nothing. */
    private static final int MESSAGE = 16 << 10;

    private final int id;
    private final int flags;
    private final @Nullable OPTRecord option;
    private final QueryHandler.Reply reply;
    private MessageWriter message;

    private Transfer(int id, int flags, Record question, @Nullable OPTRecord option, QueryHandler.Reply reply) {
        this.id = id;
        this.flags = flags;
        this.option = option;
        this.reply = reply;
        this.message = new MessageWriter(id, flags, question, MESSAGE);
    }

    /** @param option goes with each message; null when the query had none */
    static void send(
            ServedZone zone, int id, int flags, Record question, @Nullable OPTRecord option, QueryHandler.Reply reply)
            throws IOException {
        var transfer = new Transfer(id, flags, question, option, reply);
        var contents = zone.zone().contents();
        var soa = zone.soa(contents);
        transfer.add(soa);
        for (var server : zone.nameServers()) {
            transfer.add(server);
        }
        for (var records : contents.names()) {
            for (var record : records) {
                transfer.add(record);
            }
        }
        transfer.add(soa);
        transfer.flush();
    }

    private void add(Record record) throws IOException {
        if (!message.add(record, Section.ANSWER)) {
            flush();
            message = new MessageWriter(id, flags, null, MESSAGE);
            message.add(record, Section.ANSWER);
        }
    }

    private void flush() throws IOException {
        if (option != null) {
            message.addOption(option);
        }
        reply.send(message.message());
    }
}
