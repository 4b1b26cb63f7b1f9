package smartproxy.dhcp.isc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import smartproxy.core.api.Deadline;
import smartproxy.dhcp.isc.OmapiClient.Talk;

/** Which connection is kept, and for how long: a server that serves one after the other has time for another only then. */
final class OmapiClientTest {
    private FakeDhcpd dhcpd;
    private OmapiClient client;

    @BeforeEach
    void start() throws IOException {
        dhcpd = new FakeDhcpd();
        client = new OmapiClient(dhcpd.server());
    }

    @AfterEach
    void stop() throws IOException {
        client.close();
        dhcpd.close();
    }

    private static <T> T talk(OmapiClient client, OmapiClient.Work<T> work) throws Exception {
        return client.talk(Deadline.in(Duration.ofSeconds(10)), work);
    }

    private static boolean isNotFound(Talk talk) throws IOException {
        return talk.find("a").isEmpty();
    }

    private void anotherIsServed() throws Exception {
        var before = dhcpd.connections.get();
        try (var another = new OmapiClient(dhcpd.server())) {
            assertThat(talk(another, OmapiClientTest::isNotFound)).isTrue();
        }
        assertThat(dhcpd.connections).hasValue(before + 1);
    }

    @Test
    void aConnectionThatNobodyUsesIsKeptForAWhile() throws Exception {
        talk(client, OmapiClientTest::isNotFound);
        client.closeIdle(Duration.ofMinutes(1));
        talk(client, OmapiClientTest::isNotFound);
        assertThat(dhcpd.connections).hasValue(1);

        client.closeIdle(Duration.ZERO);
        anotherIsServed();
        assertThat(talk(client, OmapiClientTest::isNotFound)).isTrue();
    }

    @Test
    void whatIsClosedKeepsNoConnectionAndMakesNone() throws Exception {
        talk(client, OmapiClientTest::isNotFound);
        client.close();
        anotherIsServed();
        assertThatThrownBy(() -> talk(client, OmapiClientTest::isNotFound)).isInstanceOf(IOException.class);
    }

    @Test
    void aTalkThatRunsWhenItIsClosedEndsAsUsualAndIsTheLast() throws Exception {
        boolean answered = talk(client, talk -> {
            var closing = CompletableFuture.runAsync(client::close);
            assertThat(closing).succeedsWithin(10, TimeUnit.SECONDS);
            return isNotFound(talk);
        });
        assertThat(answered).isTrue();
        anotherIsServed();
    }

    @Test
    void aTalkThatGoesWrongIsTheLastOnItsConnection() throws Exception {
        var nonsense = new byte[1000];
        Arrays.fill(nonsense, (byte) -1);
        dhcpd.script = (question, reply) -> reply.bytes(nonsense);
        assertThatThrownBy(() -> talk(client, OmapiClientTest::isNotFound)).isInstanceOf(IOException.class);
        dhcpd.script = (question, reply) -> reply.signed(FakeDhcpd.notFound(question));
        assertThat(talk(client, OmapiClientTest::isNotFound)).isTrue();
        assertThat(dhcpd.connections).hasValue(2);
    }
}
