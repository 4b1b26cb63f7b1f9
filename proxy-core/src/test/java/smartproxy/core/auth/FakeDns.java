package smartproxy.core.auth;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/** DNS servers that answer from memory, by a clock that only they and the test move. */
final class FakeDns implements HostResolver.Transport {
    static final InetSocketAddress FIRST = InetSocketAddress.createUnresolved("first", 53);
    static final InetSocketAddress SECOND = InetSocketAddress.createUnresolved("second", 53);

    /** What was asked: {@code first PTR 1.2.0.192.in-addr.arpa. PT5S}. */
    final List<String> asked = new CopyOnWriteArrayList<>();

    final AtomicLong nanoTime = new AtomicLong(Long.MAX_VALUE - 10);
    List<InetSocketAddress> servers = List.of(FIRST);
    Duration takes = Duration.ofMillis(1);
    private final Map<InetSocketAddress, Integer> rcodes = new HashMap<>();
    private final List<Record> records = new ArrayList<>();
    private final List<InetSocketAddress> silent = new ArrayList<>();

    FakeDns add(String name, long ttl, int type, String value) {
        try {
            records.add(Record.fromString(Name.fromString(name), type, DClass.IN, ttl, value, Name.root));
        } catch (IOException e) {
            throw new IllegalArgumentException(e);
        }
        return this;
    }

    void fail(InetSocketAddress server, int rcode) {
        rcodes.put(server, rcode);
    }

    void silence(InetSocketAddress server) {
        silent.add(server);
    }

    @Override
    public List<InetSocketAddress> servers() {
        return servers;
    }

    @Override
    public synchronized Message ask(InetSocketAddress server, Message question, Duration time) throws IOException {
        var wanted = question.getQuestion();
        asked.add(server.getHostString() + " " + Type.string(wanted.getType()) + " " + wanted.getName() + " "
                + Duration.ofSeconds(Math.round(time.toMillis() / 1000.0)));
        nanoTime.addAndGet(takes.toNanos());
        if (silent.contains(server)) {
            throw new SocketTimeoutException("Query timed out");
        }
        var answer = new Message(question.getHeader().getID());
        answer.getHeader().setFlag(Flags.QR);
        answer.addRecord(wanted, Section.QUESTION);
        answer.getHeader().setRcode(rcodes.getOrDefault(server, Rcode.NOERROR));
        var name = wanted.getName();
        boolean known = false;
        for (var record : records) {
            if (record.getName().equals(name)) {
                known = true;
                if (record.getType() == wanted.getType() || record.getType() == Type.CNAME) {
                    answer.addRecord(record, Section.ANSWER);
                    if (record instanceof org.xbill.DNS.CNAMERecord alias) {
                        name = alias.getTarget();
                    }
                }
            }
        }
        if (!known && answer.getRcode() == Rcode.NOERROR) {
            answer.getHeader().setRcode(Rcode.NXDOMAIN);
        }
        return answer;
    }
}
