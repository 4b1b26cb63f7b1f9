package smartproxy.core.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.xbill.DNS.Message;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Type;
import smartproxy.core.api.BusyException;
import smartproxy.core.api.Deadline;
import smartproxy.core.log.Capture;

class HostResolverTest {
    private static final String REVERSE = "7.2.0.192.in-addr.arpa.";

    @TempDir
    Path directory;

    private final FakeDns dns = new FakeDns();
    private final Deadline deadline = Deadline.in(Duration.ofMinutes(10));
    private final Capture log = new Capture(HostResolver.class, Level.DEBUG);

    @AfterEach
    void stopListening() {
        log.close();
    }

    private HostResolver resolver(Duration... tries) {
        return new HostResolver(
                tries.length == 0 ? List.of(Duration.ofSeconds(5)) : List.of(tries),
                directory.resolve("hosts"),
                dns,
                dns.nanoTime::get);
    }

    private void hosts(String text) throws IOException {
        Files.writeString(directory.resolve("hosts"), text);
    }

    private static InetAddress address(String text) throws IOException {
        return InetAddress.getByName(text);
    }

    @Test
    void aNameComesFromReverseDns() throws Exception {
        dns.add(REVERSE, 300, Type.PTR, "Foreman.example.com.");
        assertThat(resolver().nameOf(address("192.0.2.7"), deadline)).isEqualTo("Foreman.example.com");
    }

    @Test
    void anIpv6NameComesFromReverseDns() throws Exception {
        dns.add(
                "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa.",
                300,
                Type.PTR,
                "six.example.com.");
        assertThat(resolver().nameOf(address("2001:db8::1"), deadline)).isEqualTo("six.example.com");
    }

    @Test
    void aDelegatedReverseZoneIsFollowed() throws Exception {
        dns.add(REVERSE, 300, Type.CNAME, "7.0-15.2.0.192.in-addr.arpa.")
                .add("7.0-15.2.0.192.in-addr.arpa.", 300, Type.PTR, "foreman.example.com.");
        assertThat(resolver().nameOf(address("192.0.2.7"), deadline)).isEqualTo("foreman.example.com");
    }

    @Test
    void addressesAreOfTheFamilyAskedFor() throws Exception {
        dns.add("a.example.com.", 300, Type.A, "192.0.2.7")
                .add("a.example.com.", 300, Type.A, "192.0.2.8")
                .add("a.example.com.", 300, Type.AAAA, "2001:db8::7");
        var resolver = resolver();
        assertThat(resolver.addressesOf("a.example.com", address("192.0.2.1"), deadline))
                .containsExactly(address("192.0.2.7"), address("192.0.2.8"));
        assertThat(resolver.addressesOf("a.example.com", address("::1"), deadline))
                .containsExactly(address("2001:db8::7"));
    }

    @Test
    void aNameWithoutSuchAddressesHasNone() throws Exception {
        dns.add("a.example.com.", 300, Type.A, "192.0.2.7");
        var resolver = resolver();
        for (var i = 0; i < 3; i++) {
            assertThat(resolver.addressesOf("a.example.com", address("::1"), deadline))
                    .isEmpty();
        }
        assertThat(dns.asked).as("that there are none is kept too").hasSize(1);
    }

    @Test
    void whatDoesNotExistIsAnError() {
        assertThatThrownBy(() -> resolver().nameOf(address("192.0.2.7"), deadline))
                .isInstanceOf(HostResolver.LookupException.class)
                .hasMessage("no such name in DNS");
        assertThatThrownBy(() -> resolver().addressesOf("a.example.com", address("192.0.2.7"), deadline))
                .isInstanceOf(HostResolver.LookupException.class)
                .hasMessage("no such name in DNS");
        assertThatThrownBy(() -> resolver().addressesOf("a..b", address("192.0.2.7"), deadline))
                .isInstanceOf(HostResolver.LookupException.class)
                .hasMessage("that is not a DNS name");
    }

    @Test
    void theHostsFileComesFirst() throws Exception {
        dns.add(REVERSE, 300, Type.PTR, "dns.example.com.");
        hosts("""
                # comment 192.0.2.9 no
                192.0.2.7   Hosts.example.com alias # 192.0.2.7 no
                192.0.2.7 second.example.com
                192.0.2.8 hosts.example.com
                2001:db8::7 hosts.example.com
                not-an-address x
                192.0.2.6
                """);
        var resolver = resolver();
        assertThat(resolver.nameOf(address("192.0.2.7"), deadline)).isEqualTo("Hosts.example.com");
        assertThat(resolver.addressesOf("HOSTS.example.com", address("192.0.2.1"), deadline))
                .containsExactly(address("192.0.2.7"), address("192.0.2.8"));
        assertThat(resolver.addressesOf("alias", address("192.0.2.1"), deadline))
                .containsExactly(address("192.0.2.7"));
        assertThat(resolver.nameOf(address("2001:db8:0::7"), deadline)).isEqualTo("hosts.example.com");
        assertThat(dns.asked).isEmpty();
    }

    @Test
    void theHostsFileIsReadAgainWhenItChanges() throws Exception {
        hosts("192.0.2.7 one");
        var resolver = resolver();
        assertThat(resolver.nameOf(address("192.0.2.7"), deadline)).isEqualTo("one");
        hosts("192.0.2.7 three");
        assertThat(resolver.nameOf(address("192.0.2.7"), deadline)).isEqualTo("three");
        Files.delete(directory.resolve("hosts"));
        dns.add(REVERSE, 300, Type.PTR, "dns.example.com.");
        assertThat(resolver.nameOf(address("192.0.2.7"), deadline)).isEqualTo("dns.example.com");
    }

    @Test
    void anOversizedHostsFileIsNotUsed() throws Exception {
        hosts("192.0.2.7 one\n" + "#\n".repeat(3 << 20));
        dns.add(REVERSE, 300, Type.PTR, "dns.example.com.");
        assertThat(resolver().nameOf(address("192.0.2.7"), deadline)).isEqualTo("dns.example.com");
    }

    @Test
    void eachTryAsksEveryServerWithItsShareOfTheTime() {
        dns.servers = List.of(FakeDns.FIRST, FakeDns.SECOND);
        dns.silence(FakeDns.FIRST);
        dns.fail(FakeDns.SECOND, Rcode.SERVFAIL);
        assertThatThrownBy(() ->
                        resolver(Duration.ofSeconds(4), Duration.ofSeconds(10)).nameOf(address("192.0.2.7"), deadline))
                .isInstanceOf(HostResolver.LookupException.class)
                .hasMessage("second answered SERVFAIL");
        assertThat(dns.asked)
                .containsExactly(
                        "first PTR " + REVERSE + " PT2S",
                        "second PTR " + REVERSE + " PT2S",
                        "first PTR " + REVERSE + " PT5S",
                        "second PTR " + REVERSE + " PT5S");
    }

    @Test
    void aWorkingServerIsEnough() throws Exception {
        dns.servers = List.of(FakeDns.FIRST, FakeDns.SECOND);
        dns.silence(FakeDns.FIRST);
        dns.add(REVERSE, 300, Type.PTR, "foreman.example.com.");
        assertThat(resolver().nameOf(address("192.0.2.7"), deadline)).isEqualTo("foreman.example.com");
    }

    @Test
    void noServerIsAnError() {
        dns.servers = List.of();
        assertThatThrownBy(() -> resolver().nameOf(address("192.0.2.7"), deadline))
                .hasMessage("no DNS server is configured");
    }

    @Test
    void theDeadlineOfTheRequestBoundsTheTries() throws Exception {
        dns.add(REVERSE, 300, Type.PTR, "foreman.example.com.");
        var resolver = resolver(Duration.ofSeconds(5));
        assertThatThrownBy(() -> resolver.nameOf(address("192.0.2.7"), Deadline.in(Duration.ZERO)))
                .isInstanceOf(HostResolver.LookupException.class)
                .hasMessageContaining("in time");
        assertThat(dns.asked).isEmpty();
        // and that says nothing of the name
        assertThat(resolver.nameOf(address("192.0.2.7"), Deadline.in(Duration.ofSeconds(3))))
                .isEqualTo("foreman.example.com");
        assertThat(dns.asked).containsExactly("first PTR " + REVERSE + " PT3S");
    }

    @Test
    void anAnswerIsKeptForItsTtlButAtMostAMinute() throws Exception {
        dns.add(REVERSE, 30, Type.PTR, "short.example.com.")
                .add("8.2.0.192.in-addr.arpa.", 86400, Type.PTR, "long.example.com.");
        var resolver = resolver();
        resolver.nameOf(address("192.0.2.7"), deadline);
        resolver.nameOf(address("192.0.2.8"), deadline);
        pass(Duration.ofSeconds(29));
        resolver.nameOf(address("192.0.2.7"), deadline);
        resolver.nameOf(address("192.0.2.8"), deadline);
        assertThat(dns.asked).hasSize(2);
        pass(Duration.ofSeconds(2));
        resolver.nameOf(address("192.0.2.7"), deadline);
        resolver.nameOf(address("192.0.2.8"), deadline);
        assertThat(dns.asked).hasSize(3);
        pass(Duration.ofSeconds(30));
        resolver.nameOf(address("192.0.2.8"), deadline);
        assertThat(dns.asked).hasSize(4);
    }

    @Test
    void aFailureIsKeptForFiveSeconds() throws Exception {
        var resolver = resolver();
        for (int i = 0; i < 3; i++) {
            assertThatThrownBy(() -> resolver.nameOf(address("192.0.2.7"), deadline))
                    .isInstanceOf(HostResolver.LookupException.class);
        }
        assertThat(dns.asked).hasSize(1);
        dns.add(REVERSE, 30, Type.PTR, "new.example.com.");
        pass(Duration.ofSeconds(6));
        assertThat(resolver.nameOf(address("192.0.2.7"), deadline)).isEqualTo("new.example.com");
    }

    @Test
    void keptAnswersAreBounded() throws Exception {
        var resolver = resolver();
        dns.takes = Duration.ZERO;
        for (int i = 0; i <= 4096; i++) {
            var address = address("10.0." + i / 256 + "." + i % 256);
            assertThatThrownBy(() -> resolver.nameOf(address, deadline))
                    .isInstanceOf(HostResolver.LookupException.class);
        }
        assertThat(dns.asked).hasSize(4097);
        assertThatThrownBy(() -> resolver.nameOf(address("10.0.0.1"), deadline))
                .isInstanceOf(HostResolver.LookupException.class);
        assertThat(dns.asked).as("a young one is still kept").hasSize(4097);
        assertThatThrownBy(() -> resolver.nameOf(address("10.0.0.0"), deadline))
                .isInstanceOf(HostResolver.LookupException.class);
        assertThat(dns.asked).as("the oldest one was dropped").hasSize(4098);
    }

    @Test
    void lookupsAtATimeAreBounded() throws Exception {
        var running = new CountDownLatch(32);
        var end = new CountDownLatch(1);
        var stuck = new HostResolver.Transport() {
            @Override
            public List<InetSocketAddress> servers() {
                return List.of(FakeDns.FIRST);
            }

            @Override
            public Message ask(InetSocketAddress server, Message question, Duration time) throws IOException {
                running.countDown();
                try {
                    end.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
                throw new IOException("stuck");
            }
        };
        var resolver =
                new HostResolver(List.of(Duration.ofSeconds(5)), directory.resolve("hosts"), stuck, System::nanoTime);
        var executor = Executors.newCachedThreadPool();
        try {
            for (int i = 0; i < 32; i++) {
                var address = address("192.0.2." + i);
                var unused = executor.submit(() -> resolver.nameOf(address, deadline));
            }
            assertThat(running.await(10, TimeUnit.SECONDS)).isTrue();
            assertThatThrownBy(() -> resolver.nameOf(address("192.0.2.99"), deadline))
                    .isInstanceOf(BusyException.class);
        } finally {
            end.countDown();
            executor.shutdown();
            assertThat(executor.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
        }
        assertThatThrownBy(() -> resolver.nameOf(address("192.0.2.99"), deadline))
                .isInstanceOf(HostResolver.LookupException.class);
    }

    @Test
    void aLookupIsTimedInTheLog() throws Exception {
        dns.add(REVERSE, 300, Type.PTR, "foreman.example.com.");
        dns.takes = Duration.ofNanos(1_234_567);
        resolver().nameOf(address("192.0.2.7"), deadline);
        assertThat(log.lines())
                .containsExactly("DEBUG Finished DNS query getresources for '7.2.0.192.in-addr.arpa' in 1.23 ms");
    }

    @Test
    void aSlowLookupIsAWarning() throws Exception {
        dns.add(REVERSE, 300, Type.PTR, "foreman.example.com.");
        dns.takes = Duration.ofSeconds(9);
        resolver().nameOf(address("192.0.2.7"), deadline);
        assertThat(log.lines())
                .containsExactly("WARN Slow DNS query getresources for [7.2.0.192.in-addr.arpa, PTR] took 9000 ms");
    }

    private void pass(Duration time) {
        dns.nanoTime.addAndGet(time.toNanos());
    }
}
