package smartproxy.dhcp.kea;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Kea 2.2 behind its agent. */
final class KeaFaultsIT extends KeaFaults {
    KeaFaultsIT() {
        super("2.2");
    }

    @Test
    @DisplayName("what 50 changes were told, 8 at a time over faults, is so, and outlives another restart")
    void faultsAmongChanges() throws Exception {
        whatIsSaidIsTrue(50, 1);
    }

    @Test
    @Tag("long")
    void faultsAmongManyChanges() throws Exception {
        whatIsSaidIsTrue(500, 5);
    }

    @Test
    @DisplayName("changes that wait are set together")
    void changesThatWaitAreSetTogether() throws Exception {
        var before = received("config-set");
        createTogether(40);
        assertThat(received("config-set") - before).isBetween(2L, 4L);
    }

    @ParameterizedTest
    @ValueSource(strings = {"config-get", "lease4-get"})
    @DisplayName("an agent in the place of a server that knew no services is told the service again")
    void anAgentInThePlaceOfAServer(String command) throws Exception {
        var settings = kea().settings();
        var agent = kea().transport(settings);
        var server = new AtomicBoolean(true);
        var client = new KeaClient(KeaFactory.NAME, Family.V4, settings, (name, body, deadline) -> {
            if (!server.get()) {
                return agent.send(name, body, deadline);
            }
            var answer = body.contains("service")
                    ? "{\"result\": 1, \"text\": \"unsupported parameter 'service'\"}"
                    : "{\"result\": 0}";
            return answer.getBytes(StandardCharsets.UTF_8);
        });
        client.ask("config-get", KeaClient.object(), soon());
        server.set(false);
        client.ask(command, KeaClient.object().put("ip-address", "192.0.2.250"), soon());
        assertThat(client.ask("list-commands", KeaClient.object(), soon()).toString())
                .contains("lease4-get");
    }
}
