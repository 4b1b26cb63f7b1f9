package smartproxy.dns.nsupdate;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketAddress;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Opcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.SOARecord;
import org.xbill.DNS.Section;
import org.xbill.DNS.TSIG;
import org.xbill.DNS.Type;
import smartproxy.core.daemon.FreePorts;

/** A name server in this process, for example.com, whose answers to updates and queries the test writes. UDP and TCP. */
final class FakeServer implements AutoCloseable {
    /** A message that came. */
    record Asked(Message message, boolean tcp, int count, Reply reply) {}

    /** Sends octets as an answer, any number of times, whenever. */
    @FunctionalInterface
    interface Reply {
        void send(byte[] wire) throws IOException;
    }

    /** What the server does with a message. */
    @FunctionalInterface
    interface Script {
        void on(Asked asked) throws IOException;
    }

    final List<Message> updates = new CopyOnWriteArrayList<>();
    final List<Message> queries = new CopyOnWriteArrayList<>();
    /** Where UDP came from. */
    final Set<SocketAddress> sources = ConcurrentHashMap.newKeySet();

    volatile Script onUpdate = asked -> asked.reply().send(answer(asked.message(), 0));
    volatile Script onQuery = asked -> asked.reply().send(soa(asked.message()));

    private final DatagramSocket udp;
    private final ServerSocket tcp;
    private final @Nullable TSIG signature;

    FakeServer(@Nullable TsigKey key) throws IOException {
        this(key, InetAddress.getLoopbackAddress(), FreePorts.next());
    }

    FakeServer(@Nullable TsigKey key, InetAddress address, int port) throws IOException {
        tcp = new ServerSocket(port, 50, address);
        udp = new DatagramSocket(new InetSocketAddress(address, port));
        signature = key == null ? null : new TSIG(key.algorithm().wireName(), key.name(), key.secret());
        run(this::serveUdp);
        run(this::acceptTcp);
    }

    /** From now on by UDP alone. */
    void closeTcp() throws IOException {
        tcp.close();
    }

    int port() {
        return udp.getLocalPort();
    }

    /** An empty answer, signed when the server has a key. */
    byte[] answer(Message asked, int rcode, Record... records) {
        return signed(asked, unsigned(asked, rcode, records));
    }

    byte[] signed(Message asked, Message answer) {
        if (signature != null) {
            answer.setTSIG(signature, 0, asked.getTSIG());
        }
        return answer.toWire(65_535);
    }

    static Message unsigned(Message asked, int rcode, Record... records) {
        var answer = new Message(asked.getHeader().getID());
        answer.getHeader().setOpcode(asked.getHeader().getOpcode());
        answer.getHeader().setFlag(Flags.QR);
        answer.getHeader().setFlag(Flags.AA);
        answer.getHeader().setRcode(rcode);
        answer.addRecord(asked.getQuestion(), Section.QUESTION);
        for (var record : records) {
            answer.addRecord(record, Section.ANSWER);
        }
        return answer;
    }

    /** The answer of a server for example.com to a query for the SOA of any name below. */
    byte[] soa(Message asked) {
        var answer = unsigned(asked, 0);
        var apex = asked.getQuestion().getName().labels() == 3;
        answer.addRecord(soa("example.com."), apex ? Section.ANSWER : Section.AUTHORITY);
        return signed(asked, answer);
    }

    static Record soa(String zone) {
        var name = Name.fromConstantString(zone);
        return new SOARecord(name, DClass.IN, 60, name, name, 1, 2, 3, 4, 60);
    }

    static Record record(String name, int type, String data) throws IOException {
        return Record.fromString(Name.fromConstantString(name), type, DClass.IN, 3600, data, Name.root);
    }

    private final AtomicInteger countOfUpdates = new AtomicInteger();
    private final AtomicInteger countOfQueries = new AtomicInteger();

    private void handle(byte[] wire, boolean overTcp, Reply reply) throws IOException {
        var message = new Message(wire);
        if (message.getHeader().getOpcode() == Opcode.UPDATE) {
            updates.add(message);
            onUpdate.on(new Asked(message, overTcp, countOfUpdates.incrementAndGet(), reply));
        } else {
            queries.add(message);
            onQuery.on(new Asked(message, overTcp, countOfQueries.incrementAndGet(), reply));
        }
    }

    private void serveUdp() throws IOException {
        while (true) {
            var packet = new DatagramPacket(new byte[65_535], 65_535);
            udp.receive(packet);
            var from = packet.getSocketAddress();
            sources.add(from);
            handle(
                    Arrays.copyOf(packet.getData(), packet.getLength()),
                    false,
                    wire -> udp.send(new DatagramPacket(wire, wire.length, from)));
        }
    }

    private void acceptTcp() throws IOException {
        while (true) {
            var socket = tcp.accept();
            run(() -> serveTcp(socket));
        }
    }

    private void serveTcp(Socket socket) throws IOException {
        try (socket) {
            var in = new DataInputStream(socket.getInputStream());
            var out = new DataOutputStream(socket.getOutputStream());
            while (true) {
                var wire = new byte[in.readUnsignedShort()];
                in.readFully(wire);
                handle(wire, true, answer -> {
                    if (answer.length == 0) {
                        socket.close();
                        return;
                    }
                    out.writeShort(answer.length);
                    out.write(answer);
                    out.flush();
                });
            }
        }
    }

    interface Work {
        void run() throws IOException;
    }

    /** Does work beside, while the server goes on. */
    static void run(Work work) {
        var thread = new Thread(() -> {
            try {
                work.run();
            } catch (IOException e) {
                // closed, by the test or the client
            }
        });
        thread.setDaemon(true);
        thread.start();
    }

    /** Whether it is a query for the SOA. */
    static boolean asksForSoa(Asked asked) {
        return asked.message().getQuestion().getType() == Type.SOA;
    }

    @Override
    public void close() throws IOException {
        udp.close();
        tcp.close();
    }
}
