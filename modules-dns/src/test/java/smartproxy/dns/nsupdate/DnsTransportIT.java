package smartproxy.dns.nsupdate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Type;
import smartproxy.core.api.Deadline;
import smartproxy.core.daemon.FreePorts;

/** A server that has two addresses. */
@Execution(ExecutionMode.CONCURRENT)
class DnsTransportIT {
    private static final Name ZONE = Name.fromConstantString("example.com.");
    private static final Duration WATCHDOG = Duration.ofSeconds(60);

    private FakeServer first;
    private FakeServer second;
    private DnsTransport transport;

    @BeforeEach
    void start() throws IOException {
        var port = FreePorts.next();
        var addresses = List.of(loopback(1), loopback(2));
        first = new FakeServer(null, addresses.get(0), port);
        second = new FakeServer(null, addresses.get(1), port);
        transport = new DnsTransport(new ServerAddress("ns.example.com", port), () -> addresses, null);
    }

    @AfterEach
    void stop() throws IOException {
        transport.close();
        first.close();
        second.close();
    }

    private static InetAddress loopback(int last) throws IOException {
        return InetAddress.getByAddress(new byte[] {127, 0, 0, (byte) last});
    }

    private Message ask(Duration time) throws IOException, InterruptedException {
        return new Lookup(transport, Duration.ZERO).query(ZONE, Type.SOA, Deadline.in(time));
    }

    private Message askForAMoment() throws IOException, InterruptedException {
        return ask(Duration.ofSeconds(1));
    }

    @Test
    void whenOneIsSilentTheOtherIsAsked() throws Exception {
        first.onQuery = asked -> {};
        assertThatThrownBy(this::askForAMoment).isInstanceOf(SocketTimeoutException.class);
        await().atMost(WATCHDOG)
                .ignoreExceptionsInstanceOf(IOException.class)
                .until(() -> askForAMoment().getRcode() == Rcode.NOERROR);
        assertThat(second.queries).isNotEmpty();
    }

    @Test
    void whereThereWasNoThreadToLookForItsAddressTheNextOneLooks() throws Exception {
        var resolutions = new AtomicInteger();
        var noThread = new AtomicBoolean(true);
        var there = List.of(loopback(1));
        try (var lonely = new DnsTransport(
                new ServerAddress("ns.example.com", 53),
                () -> {
                    resolutions.incrementAndGet();
                    return there;
                },
                null,
                work -> {
                    if (noThread.getAndSet(false)) {
                        throw new OutOfMemoryError("unable to create native thread");
                    }
                    work.run();
                })) {
            lonely.checkAddress();
            assertThat(resolutions).hasValue(0);

            lonely.checkAddress();

            assertThat(resolutions).hasValue(1);
        }
    }

    @Test
    void oneThatHasAnsweredIsKept() throws Exception {
        assertThat(ask(WATCHDOG).getRcode()).isEqualTo(Rcode.NOERROR);
        first.onQuery = asked -> {};
        assertThatThrownBy(this::askForAMoment).isInstanceOf(SocketTimeoutException.class);
        first.onQuery = asked -> asked.reply().send(first.soa(asked.message()));
        for (var i = 0; i < 3; i++) {
            assertThat(ask(WATCHDOG).getRcode()).isEqualTo(Rcode.NOERROR);
        }
        assertThat(second.queries).isEmpty();
        assertThat(first.sources).hasSize(1);
    }
}
