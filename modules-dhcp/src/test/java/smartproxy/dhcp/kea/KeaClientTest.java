package smartproxy.dhcp.kea;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import smartproxy.core.api.BackendException;
import smartproxy.core.api.BackendException.Outcome;
import smartproxy.core.api.Deadline;
import smartproxy.core.api.HttpCall;
import smartproxy.core.api.HttpPeer;
import smartproxy.core.api.HttpReply;
import smartproxy.core.api.OutcomeUnknownException;
import smartproxy.core.api.Secret;
import smartproxy.dhcp.DhcpProvider;
import smartproxy.dhcp.Subnet;

final class KeaClientTest {
    static KeaSettings settings() {
        return settings(List.of(), Optional.empty());
    }

    static KeaSettings settings(List<Subnet> managed, Optional<URI> dhcp6Url) {
        return new KeaSettings(
                URI.create("http://kea.example.com:8000/"),
                Optional.of("foreman"),
                Optional.of(new Secret("pw")),
                Duration.ofSeconds(60),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Duration.ofSeconds(5),
                DhcpProvider.SUGGESTION_TIME,
                managed,
                dhcp6Url);
    }

    private static KeaClient client(HttpPeer peer) {
        return new KeaClient(
                "dhcp_kea", Family.V4, settings(), new HttpTransport("dhcp_kea", Family.V4, settings(), peer));
    }

    private static HttpReply reply(int status, String body) {
        return new HttpReply(status, Map.of("content-type", "application/json"), body.getBytes(StandardCharsets.UTF_8));
    }

    private static KeaClient answering(int status, String body) {
        return client((call, deadline) -> reply(status, body));
    }

    private static Deadline soon() {
        return Deadline.in(Duration.ofSeconds(10));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[ { \"result\": 0, \"arguments\": { \"a\": 1 } } ]",
                "{ \"result\": 0, \"arguments\": { \"a\": 1 } }"
            })
    @DisplayName("an agent answers with a list, a server with or without one")
    void takesBothShapes(String body) throws Exception {
        assertThat(answering(200, body)
                        .ask("config-get", KeaClient.object(), soon())
                        .path("a")
                        .intValue())
                .isEqualTo(1);
    }

    @Test
    void nothingFoundIsNoError() throws Exception {
        var client = answering(200, "[{\"result\": 3, \"text\": \"0 leases found\"}]");
        assertThat(client.ask("lease4-get", KeaClient.object(), soon()).isMissingNode())
                .isTrue();
        assertThat(client.change("reservation-del", KeaClient.object(), soon())).isFalse();
    }

    @Test
    @DisplayName("a server that wants no service is asked without from then on")
    void learnsToLeaveTheServiceOut() throws Exception {
        var bodies = new ArrayList<String>();
        var client = client((call, deadline) -> {
            var body = new String(call.body(), StandardCharsets.UTF_8);
            bodies.add(body);
            return reply(
                    200,
                    body.contains("service")
                            ? "{\"result\": 1, \"text\": \"unsupported parameter 'service'\"}"
                            : "{\"result\": 0}");
        });
        client.ask("list-commands", KeaClient.object(), soon());
        client.ask("config-get", KeaClient.object(), soon());
        assertThat(bodies)
                .containsExactly(
                        "{\"command\":\"list-commands\",\"service\":[\"dhcp4\"]}",
                        "{\"command\":\"list-commands\"}",
                        "{\"command\":\"config-get\"}");
    }

    /** Kea 3 at first, then an agent of 2.x, and what each was asked. */
    private static final class Replaced implements HttpPeer {
        private final List<String> bodies = new ArrayList<>();
        private boolean agent;

        @Override
        public HttpReply send(HttpCall call, Deadline deadline) {
            var body = new String(call.body(), StandardCharsets.UTF_8);
            bodies.add(body);
            if (!agent) {
                return reply(
                        200,
                        body.contains("service")
                                ? "{\"result\": 1, \"text\": \"unsupported parameter 'service'\"}"
                                : "{\"result\": 0}");
            }
            if (body.contains("service")) {
                return reply(200, "[{\"result\": 0, \"arguments\": {\"Dhcp4\": {}}}]");
            }
            return reply(
                    200,
                    body.contains("config-")
                            ? "[{\"result\": 0, \"arguments\": {\"Control-agent\": {}}}]"
                            : "[{\"result\": 2, \"text\": \"'reservation-get' command not supported. You did not include"
                                    + " \\\"service\\\" parameter in the command\"}]");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"config-get", "reservation-get"})
    @DisplayName(
            "an agent that took the place of such a server is asked with a service again, also by who asks patiently")
    void learnsToNameTheServiceAgain(String question) throws Exception {
        var kea = new Replaced();
        var client = client(kea);
        var patient = client.patient();
        patient.ask("config-get", KeaClient.object(), soon());
        client.ask("config-get", KeaClient.object(), soon());
        assertThat(kea.bodies).hasSize(3).last().asString().doesNotContain("service");
        kea.agent = true;
        kea.bodies.clear();
        assertThat(client.ask(question, KeaClient.object(), soon()).has("Dhcp4"))
                .isTrue();
        patient.ask("config-write", KeaClient.object(), soon());
        assertThat(kea.bodies)
                .containsExactly(
                        "{\"command\":\"" + question + "\"}",
                        "{\"command\":\"" + question + "\",\"service\":[\"dhcp4\"]}",
                        "{\"command\":\"config-write\",\"service\":[\"dhcp4\"]}");
    }

    @Test
    void tellsResultsApart() {
        var unsupported = catchThrowableOfType(
                KeaRefusal.class,
                () -> answering(200, "[{\"result\": 2, \"text\": \"'x' command not supported.\"}]")
                        .ask("x", KeaClient.object(), soon()));
        assertThat(unsupported.isOutdated()).isTrue();
        assertThat(unsupported.isDuplicate()).isFalse();
        var conflict = catchThrowableOfType(
                KeaRefusal.class, () -> answering(200, "[{\"result\": 4}]").ask("x", KeaClient.object(), soon()));
        assertThat(conflict.isDuplicate()).isTrue();
        assertThat(conflict).hasMessage("result 4 without a reason");
        var added = catchThrowableOfType(
                KeaRefusal.class,
                () -> answering(200, "[{\"result\": 1, \"text\": \"as this host has already been added\"}]")
                        .ask("x", KeaClient.object(), soon()));
        assertThat(added.isDuplicate()).isTrue();
    }

    @Test
    void longAndStrangeTextsAreCut() {
        var refusal = catchThrowableOfType(
                KeaRefusal.class,
                () -> answering(200, "[{\"result\": 1, \"text\": \"a\\nb" + "x".repeat(5000) + "\"}]")
                        .ask("x", KeaClient.object(), soon()));
        assertThat(refusal.getMessage()).startsWith("a bx").hasSizeLessThan(310);
    }

    @Test
    void namesTheSettingsOfWrongCredentials() {
        assertThatThrownBy(() -> answering(401, "[{\"result\": 401, \"text\": \"Unauthorized\"}]")
                        .change("config-set", KeaClient.object(), soon()))
                .isInstanceOf(BackendException.class)
                .hasMessageContaining("'foreman'; check dhcp_kea_username and dhcp_kea_password")
                .extracting(e -> ((BackendException) e).outcome())
                .isEqualTo(Outcome.NOT_APPLIED);
    }

    private static KeaSettings ofNobody() {
        var given = settings();
        return new KeaSettings(
                given.url(),
                Optional.empty(),
                Optional.empty(),
                given.cacheTime(),
                given.caFile(),
                given.certificate(),
                given.privateKey(),
                given.timeout(),
                given.suggestionTime(),
                given.managed(),
                given.dhcp6Url());
    }

    @Test
    void asksForAUserWhereKeaWantsOne() {
        var transport = new HttpTransport("dhcp_kea", Family.V4, ofNobody(), (call, deadline) -> reply(401, ""));
        assertThatThrownBy(() -> transport.ask("config-get", "{}", soon()))
                .hasMessageEndingWith("wants a user and a password; set dhcp_kea_username and dhcp_kea_password");
    }

    @Test
    void saysToWhomKeaDoesNotAllowIt() {
        assertThatThrownBy(() -> answering(403, "").change("config-set", KeaClient.object(), soon()))
                .isInstanceOf(BackendException.class)
                .hasMessage("dhcp_kea: config-set: http://kea.example.com:8000 does not allow it to user 'foreman'"
                        + " (status 403)");
        var transport = new HttpTransport("dhcp_kea", Family.V4, ofNobody(), (call, deadline) -> reply(403, ""));
        assertThatThrownBy(() -> transport.ask("config-get", "{}", soon()))
                .hasMessageEndingWith("does not allow it to somebody without a user (status 403)");
    }

    @Test
    @DisplayName("what only asks is sent as a question, of whose outcome nothing is unknown")
    void questionsAreSafe() throws Exception {
        var safe = new ArrayList<Boolean>();
        var client = client((call, deadline) -> {
            safe.add(call.isSafe());
            return reply(200, "{\"result\": 0}");
        });
        client.ask("config-get", KeaClient.object(), soon());
        client.change("config-set", KeaClient.object(), soon());
        assertThat(safe).containsExactly(true, false);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"<html>hello</html>", "", "null", "[]", "{}", "[1]", "{\"result\": \"0\"}", "[[{\"result\": 0}]]"
            })
    void whatIsNotKeasIsSaid(String body) {
        var asked = catchThrowableOfType(
                BackendException.class, () -> answering(200, body).ask("config-get", KeaClient.object(), soon()));
        assertThat(asked)
                .hasMessageContaining("http://kea.example.com:8000")
                .hasMessageContaining("check dhcp_kea_url");
        assertThat(asked.outcome()).isEqualTo(Outcome.NOT_APPLIED);
        var changed = catchThrowableOfType(
                BackendException.class, () -> answering(200, body).change("config-set", KeaClient.object(), soon()));
        assertThat(changed.outcome()).isEqualTo(Outcome.UNKNOWN);
        assertThat(changed).hasMessageContaining("whether the change was made is unknown");
    }

    @Test
    void otherStatusesAreRefusals() {
        assertThatThrownBy(() -> answering(404, "").ask("config-get", KeaClient.object(), soon()))
                .isInstanceOf(BackendException.class)
                .hasMessageContaining("status 404; check dhcp_kea_url");
    }

    @Test
    @DisplayName("a failed transport may be tried again when it was a question, and is unknown when it was a change")
    void failedTransport() {
        var gone = answering(503, "");
        assertThatThrownBy(() -> gone.ask("config-get", KeaClient.object(), soon()))
                .isInstanceOf(IOException.class)
                .isNotInstanceOf(OutcomeUnknownException.class);
        assertThatThrownBy(() -> gone.change("config-set", KeaClient.object(), soon()))
                .isInstanceOf(OutcomeUnknownException.class);
        var cut = client((call, deadline) -> {
            throw new OutcomeUnknownException(new IOException("cut"));
        });
        assertThatThrownBy(() -> cut.ask("config-get", KeaClient.object(), soon()))
                .isInstanceOf(IOException.class)
                .isNotInstanceOf(OutcomeUnknownException.class)
                .hasMessage("cut");
        assertThatThrownBy(() -> cut.change("config-set", KeaClient.object(), soon()))
                .isInstanceOf(OutcomeUnknownException.class);
    }

    @Test
    @DisplayName("an agent whose server is offline changed nothing; one that lost it on the way does not know")
    void agentsWithoutAServer() {
        var offline = answering(
                200,
                "[{\"result\": 1, \"text\": \"unable to forward command to the dhcp4 service: Connection refused. The server"
                        + " is likely to be offline\"}]");
        assertThatThrownBy(() -> offline.change("config-set", KeaClient.object(), soon()))
                .isInstanceOf(IOException.class)
                .isNotInstanceOf(OutcomeUnknownException.class)
                .hasMessageContaining("likely to be offline");
        var lost = answering(
                200,
                "[{\"result\": 1, \"text\": \"unable to forward command to the dhcp4 service: End of file. The server is"
                        + " likely to be offline\"}]");
        assertThatThrownBy(() -> lost.change("config-set", KeaClient.object(), soon()))
                .isInstanceOf(OutcomeUnknownException.class);
    }

    @Test
    void waitsNoLongerThanItsSetting() throws Exception {
        var left = new ArrayList<Duration>();
        client((call, deadline) -> {
                    left.add(deadline.left());
                    return new HttpReply(200, Map.of(), "{\"result\": 0}".getBytes(StandardCharsets.UTF_8));
                })
                .ask("config-get", KeaClient.object(), Deadline.in(Duration.ofMinutes(5)));
        assertThat(left.get(0)).isLessThanOrEqualTo(Duration.ofSeconds(5));
    }
}
