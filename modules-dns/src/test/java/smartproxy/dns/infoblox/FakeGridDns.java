package smartproxy.dns.infoblox;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;
import smartproxy.dns.DnsClient;

/** Answers by DNS over TCP what is in the grid, one query on each connection. */
final class FakeGridDns implements AutoCloseable {
    static final List<String> ZONES = List.of("example.com", "2.0.192.in-addr.arpa", "8.b.d.0.1.0.0.2.ip6.arpa");

    private static final long TTL = 28_800;
    private static final Map<Integer, List<String>> OBJECTS = Map.of(
            Type.A, List.of("record:a", "ipv4addr"),
            Type.AAAA, List.of("record:aaaa", "ipv6addr"),
            Type.CNAME, List.of("record:cname", "canonical"),
            Type.PTR, List.of("record:ptr", "ptrdname"));

    private final FakeDnsGrid grid;
    private final ServerSocket listener;

    FakeGridDns(FakeDnsGrid grid) throws IOException {
        this.grid = grid;
        this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        var thread = new Thread(this::serve, "grid-dns");
        thread.setDaemon(true);
        thread.start();
    }

    InetSocketAddress address() {
        return (InetSocketAddress) listener.getLocalSocketAddress();
    }

    private void serve() {
        try {
            while (true) {
                try (var socket = listener.accept()) {
                    answer(socket);
                }
            }
        } catch (SocketException e) {
            // closed: the end
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void answer(Socket socket) throws IOException {
        var query = DnsClient.read(new DataInputStream(socket.getInputStream()));
        var answer = new Message(query.getHeader().getID());
        answer.getHeader().setFlag(Flags.QR);
        answer.getHeader().setFlag(Flags.AA);
        var question = query.getQuestion();
        answer.addRecord(question, Section.QUESTION);
        if (question.getType() == Type.SOA) {
            var soa = "ns1.example.com. hostmaster.example.com. " + grid.serial() + " 1 1 1 1";
            answer.addRecord(record(question, soa), Section.ANSWER);
        }
        var object = OBJECTS.getOrDefault(question.getType(), List.of("none", "none"));
        var asked = question.getName().toString(true).toLowerCase(Locale.ROOT);
        for (var one : grid.all(object.get(0))) {
            if (asked.equals(one.get("name"))) {
                answer.addRecord(
                        record(question, one.get("name") + ".", String.valueOf(one.get(object.get(1)))),
                        Section.ANSWER);
            }
        }
        socket.getOutputStream().write(DnsClient.framed(answer.toWire()));
    }

    private static Record record(Record question, String data) throws IOException {
        return record(question, question.getName().toString(), data);
    }

    private static Record record(Record question, String owner, String data) throws IOException {
        return Record.fromString(Name.fromString(owner), question.getType(), DClass.IN, TTL, data, Name.root);
    }

    @Override
    public void close() {
        try {
            listener.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
