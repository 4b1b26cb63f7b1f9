package smartproxy.dns.nsupdate;

import java.io.IOException;
import java.time.Duration;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Record;
import smartproxy.core.api.Deadline;

/** Queries to the server, for what it knows itself. */
final class Lookup {
    private final DnsTransport transport;
    private final Duration fudge;

    Lookup(DnsTransport transport, Duration fudge) {
        this.transport = transport;
        this.fudge = fudge;
    }

    /** The answer, whatever its rcode. */
    Message query(Name name, int type, Deadline deadline) throws IOException, InterruptedException {
        try (var conversation = new Conversation(transport, () -> fudge)) {
            return conversation.ask(
                    () -> {
                        var message = Message.newQuery(Record.newRecord(name, type, DClass.IN));
                        message.getHeader().unsetFlag(Flags.RD);
                        return message;
                    },
                    deadline);
        }
    }
}
