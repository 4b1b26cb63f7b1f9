package smartproxy.dns;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.xbill.DNS.AAAARecord;
import org.xbill.DNS.CNAMERecord;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.PTRRecord;
import org.xbill.DNS.Record;
import org.xbill.DNS.SOARecord;
import org.xbill.DNS.SRVRecord;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/**
 * Asks a server over plain sockets, so that what is read back is what was on the wire.
 *
 * @param server where it listens
 */
public record DnsClient(InetSocketAddress server) {
    private static final int WATCHDOG_MILLIS = 30_000;

    /** A question without recursion desired. */
    public static Message query(String name, int type) {
        try {
            var message = Message.newQuery(Record.newRecord(Name.fromString(name, Name.root), type, DClass.IN));
            message.getHeader().unsetFlag(Flags.RD);
            return message;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The records of a type at a name, without those an alias leads to. */
    public List<DnsRecord> records(DnsName name, RecordType type) {
        var answer = tcp(query(name.toString(), Type.value(type.name())));
        return answer.getSection(Section.ANSWER).stream()
                .filter(record -> record.getType() == Type.value(type.name()))
                .filter(record -> record.getName().equals(answer.getQuestion().getName()))
                .map(DnsClient::record)
                .toList();
    }

    /** The serial of a zone. */
    public long serial(DnsName zone) {
        return tcp(query(zone.toString(), Type.SOA)).getSection(Section.ANSWER).stream()
                .filter(SOARecord.class::isInstance)
                .map(soa -> ((SOARecord) soa).getSerial())
                .findFirst()
                .orElseThrow();
    }

    public Message udp(Message query) {
        return parsed(udp(query.toWire()));
    }

    /** One datagram there, one back. */
    public byte[] udp(byte[] query) {
        try (var socket = new DatagramSocket()) {
            socket.setSoTimeout(WATCHDOG_MILLIS);
            socket.connect(server);
            socket.send(new DatagramPacket(query, query.length));
            var packet = new DatagramPacket(new byte[65535], 65535);
            socket.receive(packet);
            return Arrays.copyOf(packet.getData(), packet.getLength());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public Message tcp(Message query) {
        return tcp(List.of(query), 1).get(0);
    }

    /** Sends the queries at once on one connection and reads so many messages. */
    public List<Message> tcp(List<Message> queries, int answers) {
        try (var socket = open()) {
            for (var query : queries) {
                socket.getOutputStream().write(framed(query.toWire()));
            }
            var in = new DataInputStream(socket.getInputStream());
            var messages = new ArrayList<Message>();
            while (messages.size() < answers) {
                messages.add(read(in));
            }
            return messages;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Transfers a zone: all messages up to the one that ends with the second SOA, or the one with an error. */
    public List<Message> transfer(String zone) {
        try (var socket = open()) {
            socket.getOutputStream().write(framed(query(zone, Type.AXFR).toWire()));
            var in = new DataInputStream(socket.getInputStream());
            var messages = new ArrayList<Message>();
            var soas = 0;
            while (soas < 2) {
                var message = read(in);
                messages.add(message);
                if (message.getRcode() != 0) {
                    break;
                }
                soas += (int) message.getSection(Section.ANSWER).stream()
                        .filter(SOARecord.class::isInstance)
                        .count();
            }
            return messages;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A connection whose reads end after a while. */
    public Socket open() throws IOException {
        var socket = new Socket();
        socket.connect(server, WATCHDOG_MILLIS);
        socket.setSoTimeout(WATCHDOG_MILLIS);
        return socket;
    }

    /** With its length before it (RFC 1035, section 4.2.2). */
    public static byte[] framed(byte[] message) {
        return ByteBuffer.allocate(message.length + 2)
                .putShort((short) message.length)
                .put(message)
                .array();
    }

    public static Message read(DataInputStream in) throws IOException {
        var bytes = new byte[in.readUnsignedShort()];
        in.readFully(bytes);
        return parsed(bytes);
    }

    private static Message parsed(byte[] bytes) {
        try {
            return new Message(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** In the SPI's canonical form. */
    public static DnsRecord record(Record record) {
        return new DnsRecord(
                DnsName.service(record.getName().toString()).orElseThrow(),
                RecordType.valueOf(Type.string(record.getType())),
                data(record),
                record.getTTL());
    }

    private static String data(Record record) {
        if (record instanceof AAAARecord address) {
            return shortened(address.getAddress());
        }
        if (record instanceof PTRRecord || record instanceof CNAMERecord) {
            return undotted(record.rdataToString());
        }
        if (record instanceof SRVRecord srv) {
            return srv.getPriority() + " " + srv.getWeight() + " " + srv.getPort() + " "
                    + undotted(srv.getTarget().toString());
        }
        return record.rdataToString();
    }

    private static String undotted(String name) {
        return name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
    }

    /** As RFC 5952, section 4, has it. */
    private static String shortened(InetAddress address) {
        var bytes = ByteBuffer.wrap(address.getAddress());
        var groups = new ArrayList<String>();
        while (bytes.hasRemaining()) {
            groups.add(Integer.toHexString(bytes.getShort() & 0xFFFF));
        }
        var text = ":" + String.join(":", groups) + ":";
        for (var zeros = groups.size(); zeros > 1; zeros--) {
            var run = ":" + "0:".repeat(zeros);
            if (text.contains(run)) {
                var at = text.indexOf(run);
                var before = text.substring(0, at);
                var after = text.substring(at + run.length() - 1);
                return (before.isEmpty() ? "" : before.substring(1)) + ":"
                        + (after.equals(":") ? ":" : after.substring(0, after.length() - 1));
            }
        }
        return text.substring(1, text.length() - 1).toLowerCase(Locale.ROOT);
    }
}
