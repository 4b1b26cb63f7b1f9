package smartproxy.dns.infoblox;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.delete;
import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.urlMatching;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathMatching;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import com.github.tomakehurst.wiremock.http.Fault;
import com.github.tomakehurst.wiremock.stubbing.Scenario;
import java.net.ConnectException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import smartproxy.core.api.BackendException;
import smartproxy.core.api.BackendException.Kind;
import smartproxy.core.api.BackendException.Outcome;
import smartproxy.core.api.Secret;
import smartproxy.core.tls.TestPki;
import smartproxy.dns.DnsProvider.Creation;
import smartproxy.dns.DnsProvider.Removal;
import smartproxy.dns.DnsRecord;
import smartproxy.dns.RecordType;
import smartproxy.infoblox.FakeGrid;
import smartproxy.infoblox.GridSettings;

/** What is sent to a grid, and what becomes of its errors and faults. */
class InfobloxIT {
    private static final String NAME = "www.example.com";
    private static final String ADDRESS = "192.0.2.10";
    private static final TestPki PKI = TestPki.create("Grid CA", TestPki.KeyType.EC_P256);
    private static final String A_FIELDS = "_return_fields=comment,disable,extattrs,ipv4addr,name,ttl,zone";
    private static final String A_QUERY = "GET /wapi/v2.0/record:a?" + A_FIELDS + "&name=www.example.com&view=default";

    @TempDir
    private Path directory;

    private final List<Provider> providers = new ArrayList<>();
    private FakeDnsGrid grid;

    @BeforeEach
    void start() {
        PKI.writeTo(directory);
        grid = FakeDnsGrid.start(
                directory, PKI.issueServer().key(TestPki.KeyType.EC_P256).sign());
    }

    @AfterEach
    void stop() {
        providers.forEach(Provider::close);
        grid.close();
    }

    private Provider provider(InfobloxSettings settings, Duration attempt) {
        var provider = new Provider(settings, attempt);
        providers.add(provider);
        return provider;
    }

    private Provider provider() {
        return provider("2.0");
    }

    private Provider provider(String version) {
        return provider(settings(version), Duration.ofSeconds(10));
    }

    private InfobloxSettings settings(String version) {
        return Provider.settings(grid.address(), directory.resolve("ca.pem"), version);
    }

    private static BackendException failure(ThrowingCallable call) {
        var failure = catchThrowableOfType(BackendException.class, call);
        assertThat(failure).isNotNull().hasMessageStartingWith("dns_infoblox: ");
        assertThat(failure.getMessage()).doesNotContain(FakeGrid.PASSWORD);
        return failure;
    }

    private static BackendException failure(ThrowingCallable call, Kind kind, Outcome outcome) {
        var failure = failure(call);
        assertThat(failure.kind()).as(failure.getMessage()).isEqualTo(kind);
        assertThat(failure.outcome()).as(failure.getMessage()).isEqualTo(outcome);
        return failure;
    }

    @Test
    void createsWithTwoCalls() {
        assertThat(provider().create(NAME, RecordType.A, ADDRESS)).isEqualTo(new Creation.Created());
        assertThat(grid.calls()).containsExactly(A_QUERY, "POST /wapi/v2.0/record:a");
        assertThat(grid.all("record:a").get(0))
                .containsEntry("name", NAME)
                .containsEntry("ipv4addr", ADDRESS)
                .containsEntry("view", "default")
                .doesNotContainKeys("ttl", "use_ttl");
    }

    static Stream<Arguments> searches() {
        return Stream.of(
                Arguments.of(NAME, RecordType.AAAA, "2001:db8::1", "record:aaaa?", "&name=www.example.com&"),
                Arguments.of(NAME, RecordType.CNAME, "b.example.com", "record:cname?", "&name=www.example.com&"),
                Arguments.of("10.2.0.192.in-addr.arpa", RecordType.PTR, NAME, "record:ptr?", "&ipv4addr=192.0.2.10&"),
                Arguments.of(
                        "1." + "0.".repeat(23) + "8.b.d.0.1.0.0.2.ip6.arpa",
                        RecordType.PTR,
                        NAME,
                        "record:ptr?",
                        "&ipv6addr=2001:db8::1&"));
    }

    @ParameterizedTest
    @MethodSource("searches")
    void eachTypeIsSearchedByItsOwnFieldAndRemovedByItsReference(
            String name, RecordType type, String data, String object, String filter) {
        var provider = provider();
        assertThat(provider.create(name, type, data)).isEqualTo(new Creation.Created());
        assertThat(provider.remove(name, type)).isEqualTo(Removal.REMOVED);
        assertThat(grid.calls()).hasSize(4);
        for (var search : List.of(grid.calls().get(0), grid.calls().get(2))) {
            assertThat(search)
                    .startsWith("GET /wapi/v2.0/" + object)
                    .contains(filter)
                    .endsWith("&view=default");
        }
        assertThat(grid.calls().get(3)).startsWith("DELETE /wapi/v2.0/" + object.replace("?", "/"));
        assertThat(grid.complaints()).isEmpty();
    }

    @Test
    void removesAllOfThem() {
        grid.add("record:a", Map.of("name", NAME, "ipv4addr", ADDRESS));
        grid.add("record:a", Map.of("name", NAME, "ipv4addr", "192.0.2.11"));
        assertThat(provider().remove(NAME, RecordType.A)).isEqualTo(Removal.REMOVED);
        assertThat(grid.all("record:a")).isEmpty();
    }

    @Test
    void anyEqualAmongSeveralIsShown() {
        grid.add("record:a", Map.of("name", NAME, "ipv4addr", "192.0.2.11"));
        grid.add("record:a", Map.of("name", NAME, "ipv4addr", ADDRESS));
        assertThat(((Creation.Occupied) provider().create(NAME, RecordType.A, ADDRESS)).present())
                .extracting(DnsRecord::data)
                .containsExactly("192.0.2.11", ADDRESS);
    }

    @Test
    void aRecordThatCannotBeSeenIsInTheWayToo() {
        grid.instead(
                post(urlMatching(".*/record:a")),
                FakeGrid.refused(400, "AdmConDataError", "Data.Conflict", "The record 'x' already exists."));
        assertThat(provider().create(NAME, RecordType.A, ADDRESS)).isEqualTo(new Creation.Occupied(List.of()));
    }

    @Test
    void aRecordThatAnotherMakesMeanwhileIsInTheWay() {
        grid.add("record:a", Map.of("name", NAME, "ipv4addr", ADDRESS, "view", "default"));
        grid.insteadOnce(get(urlPathMatching(".*/record:a")), okJson("[]"));
        assertThat(((Creation.Occupied) provider().create(NAME, RecordType.A, ADDRESS)).present())
                .extracting(DnsRecord::data)
                .containsExactly(ADDRESS);
        assertThat(grid.all("record:a")).hasSize(1);
    }

    @Test
    void aConflictThatNothingExplainsIsToldInTheWordsOfTheGrid() {
        grid.instead(
                post(urlMatching(".*/record:a")),
                FakeGrid.refused(400, "AdmConDataError", "Data.Conflict", "The zone is being signed."));
        assertThat(failure(() -> provider().create(NAME, RecordType.A, ADDRESS), Kind.REJECTED, Outcome.NOT_APPLIED))
                .hasMessageContainingAll("creation of " + NAME + " A " + ADDRESS, "The zone is being signed.");
    }

    @Test
    void cachesAreClearedFromVersion26On() {
        var provider = provider("2.12");
        provider.create("WWW.example.com", RecordType.A, ADDRESS);
        provider.remove(NAME, RecordType.A);
        assertThat(grid.calls().stream().filter(call -> call.startsWith("cleared")))
                .hasSize(4)
                .containsOnly("cleared www.example.com default");
        assertThat(grid.complaints()).isEmpty();
    }

    @Test
    void aCacheThatCannotBeClearedDoesNotUndoTheChange() {
        grid.insteadOnce(post(urlPathMatching(".*/member:dns/.*")), aResponse().withStatus(500));
        assertThat(provider("2.12").create(NAME, RecordType.A, ADDRESS)).isEqualTo(new Creation.Created());
        assertThat(grid.all("record:a")).hasSize(1);
        assertThat(grid.calls()).filteredOn(call -> call.startsWith("cleared")).hasSize(1);
    }

    @Test
    void aGridThatDoesNotTellItsZonesHasNothing() {
        grid.instead(
                get(urlPathMatching(".*/zone_auth")),
                FakeGrid.refused(403, "AdmConProtoError", "Proto", "not for you"));
        assertThat(provider().remove("www.example.org", RecordType.A)).isEqualTo(Removal.ABSENT);
    }

    @Test
    void anUnknownViewIsNamed() {
        var other = new InfobloxSettings(settings("2.0").grid(), "inside");
        var provider = provider(other, Duration.ofSeconds(10));
        assertThat(failure(() -> provider.create(NAME, RecordType.A, ADDRESS), Kind.REJECTED, Outcome.NOT_APPLIED))
                .hasMessageContaining("View inside not found (status 404)");
    }

    @Test
    void aMissingZoneIsNamed() {
        assertThat(failure(
                        () -> provider().create("www.example.org", RecordType.A, ADDRESS),
                        Kind.REJECTED,
                        Outcome.NOT_APPLIED))
                .hasMessageContaining("creation of www.example.org A " + ADDRESS + " at https://localhost:")
                .hasMessageContaining("there is no zone for it in view default");
    }

    @Test
    void aWrongPasswordIsSaidSo() {
        var provider = provider(Provider.with(settings("2.0"), new Secret("wrong")), Duration.ofSeconds(10));
        assertThat(failure(() -> provider.create(NAME, RecordType.A, ADDRESS), Kind.REJECTED, Outcome.NOT_APPLIED))
                .hasMessageContaining("does not accept user 'foreman'; check username and password (status 401)")
                .hasMessageNotContaining("wrong");
    }

    @Test
    void missingPermissionsAreSaidSo() {
        grid.instead(
                post(urlMatching(".*/record:a")),
                FakeGrid.refused(403, "AdmConDataError", "Data", "Write permission for the zone is required"));
        assertThat(failure(() -> provider().create(NAME, RecordType.A, ADDRESS), Kind.REJECTED, Outcome.NOT_APPLIED))
                .hasMessageContaining("Write permission for the zone is required; check the permissions of user");
    }

    @Test
    void aRedirectIsNotFollowed() {
        grid.instead(any(anyUrl()), aResponse().withStatus(302).withHeader("Location", "https://localhost/x"));
        assertThat(failure(() -> provider().create(NAME, RecordType.A, ADDRESS), Kind.REJECTED, Outcome.NOT_APPLIED))
                .hasMessageContaining("set dns_server to that of the grid master");
    }

    @ParameterizedTest
    @MethodSource("garbage")
    void garbageIsRefusedAndNothingSent(ResponseDefinitionBuilder answer, String text) {
        grid.instead(get(anyUrl()), answer);
        assertThat(failure(() -> provider().create(NAME, RecordType.A, ADDRESS), Kind.REJECTED, Outcome.NOT_APPLIED))
                .hasMessageContaining(text);
        assertThat(grid.calls()).isEmpty();
    }

    static Stream<Arguments> garbage() {
        return Stream.of(
                Arguments.of(aResponse().withHeader("Content-Type", "text/html").withBody("<html>hi"), "(text/html)"),
                Arguments.of(aResponse().withBody(""), "no JSON"),
                Arguments.of(aResponse().withBody("{}"), "no list"),
                Arguments.of(aResponse().withBody("[1]"), "without ipv4addr"),
                Arguments.of(aResponse().withBody("[" + "[".repeat(5000)), "no JSON"),
                Arguments.of(aResponse().withBody("[" + " ".repeat(2 << 20) + "]"), "larger than 1024 KiB"),
                Arguments.of(aResponse().withStatus(404).withBody("<html>"), "check dns_server and wapi_version"));
    }

    @Test
    void aReferenceThatLeadsElsewhereIsNotFollowed() {
        for (var reference : List.of("../../x", "record:a/x?y", "record:a/../../x", "https://elsewhere/")) {
            grid.instead(
                    get(urlPathMatching(".*/record:a")),
                    aResponse().withBody("[{\"_ref\":\"" + reference + "\",\"ipv4addr\":\"192.0.2.1\"}]"));
            assertThat(failure(() -> provider().remove(NAME, RecordType.A), Kind.REJECTED, Outcome.NOT_APPLIED))
                    .hasMessageContaining("a reference that is none");
        }
        assertThat(grid.calls()).isEmpty();
    }

    @Test
    void aPartlyDoneRemovalIsSaidSo() {
        grid.add("record:a", Map.of("name", NAME, "ipv4addr", ADDRESS));
        grid.add("record:a", Map.of("name", NAME, "ipv4addr", "192.0.2.11"));
        var second = grid.all("record:a").get(1).get("_ref");
        grid.instead(
                delete(urlMatching(".*/" + second)),
                FakeGrid.refused(403, "AdmConDataError", "Data", "record is locked"));
        assertThat(failure(() -> provider().remove(NAME, RecordType.A), Kind.REJECTED, Outcome.UNKNOWN))
                .hasMessageContaining("1 of its records are removed, the others are not");
    }

    @Test
    void aGridThatVanishesInTheMidstOfARemovalLeavesTheOutcomeOpen() {
        grid.add("record:a", Map.of("name", NAME, "ipv4addr", ADDRESS));
        grid.add("record:a", Map.of("name", NAME, "ipv4addr", "192.0.2.11"));
        var removals = new AtomicInteger();
        var provider = new Provider(settings("2.0"), Duration.ofSeconds(10), peer -> (call, deadline) -> {
            if (removals.get() == 1) {
                throw new ConnectException("Connection refused");
            }
            removals.addAndGet(call.method().equals("DELETE") ? 1 : 0);
            return peer.send(call, deadline);
        });
        providers.add(provider);
        assertThat(failure(() -> provider.remove(NAME, RecordType.A), Kind.UNAVAILABLE, Outcome.UNKNOWN))
                .hasMessageContaining("whether the change was made is unknown");
        assertThat(grid.all("record:a")).hasSize(1);
    }

    @Test
    void aRecordThatAnotherRemovedMeanwhileIsRemoved() {
        grid.add("record:a", Map.of("name", NAME, "ipv4addr", ADDRESS));
        grid.instead(
                delete(anyUrl()),
                FakeGrid.refused(404, "AdmConDataNotFoundError", "Data.NotFound", "Reference not found"));
        assertThat(provider().remove(NAME, RecordType.A)).isEqualTo(Removal.REMOVED);
    }

    @Test
    void aServerErrorLeavesTheOutcomeOpen() {
        grid.instead(
                post(urlMatching(".*/record:a")), aResponse().withStatus(500).withBody("oops"));
        assertThat(failure(() -> provider().create(NAME, RecordType.A, ADDRESS), Kind.REJECTED, Outcome.UNKNOWN))
                .hasMessageContaining("(status 500); whether the change was made is unknown");
    }

    @Test
    void anAnswerToACreationThatIsNoneLeavesTheOutcomeOpen() {
        grid.instead(post(urlMatching(".*/record:a")), aResponse().withBody("<html>welcome"));
        assertThat(failure(() -> provider().create(NAME, RecordType.A, ADDRESS), Kind.REJECTED, Outcome.UNKNOWN))
                .hasMessageContaining("no JSON");
    }

    @Test
    void aGridThatStartsIsAskedAgain() {
        grid.insteadOnce(get(anyUrl()), aResponse().withStatus(503));
        assertThat(provider().create(NAME, RecordType.A, ADDRESS)).isEqualTo(new Creation.Created());
    }

    @Test
    void aGridThatDoesNotStartIsUnavailable() {
        grid.instead(any(anyUrl()), aResponse().withStatus(503));
        assertThat(failure(() -> provider().create(NAME, RecordType.A, ADDRESS), Kind.UNAVAILABLE, Outcome.NOT_APPLIED))
                .hasMessageContaining("answers with status 503");
    }

    @ParameterizedTest
    @MethodSource("faults")
    void aLineThatIsCutBeforeAnythingIsCreated(Fault fault) {
        grid.instead(get(anyUrl()), aResponse().withFault(fault));
        failure(() -> provider().create(NAME, RecordType.A, ADDRESS), Kind.UNAVAILABLE, Outcome.NOT_APPLIED);
        assertThat(grid.all("record:a")).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("faults")
    void aLineThatIsCutInTheCreationIsTriedAgain(Fault fault) {
        grid.insteadOnce(post(urlMatching(".*/record:a")), aResponse().withFault(fault));
        assertThat(provider().create(NAME, RecordType.A, ADDRESS)).isEqualTo(new Creation.Created());
        assertThat(grid.all("record:a")).hasSize(1);
    }

    static Stream<Fault> faults() {
        return Stream.of(Fault.CONNECTION_RESET_BY_PEER, Fault.EMPTY_RESPONSE);
    }

    @Test
    void aCreationWhoseAnswerGotLostIsSeenAsItsOwn() {
        // the grid makes it, the answer comes too late, and the next attempt finds it
        grid.server()
                .stubFor(post(urlMatching(".*/record:a"))
                        .atPriority(1)
                        .inScenario("once")
                        .whenScenarioStateIs(Scenario.STARTED)
                        .willSetStateTo("over")
                        .willReturn(aResponse().withTransformers("wapi").withFixedDelay(3_000)));
        var provider = provider(settings("2.0"), Duration.ofSeconds(2));
        assertThat(provider.create(NAME, RecordType.A, ADDRESS)).isEqualTo(new Creation.Created());
        assertThat(grid.all("record:a")).hasSize(1);
        assertThat(grid.calls()).filteredOn(call -> call.startsWith("POST")).hasSize(1);
    }

    @Test
    void aCreationThatLandsAfterTheNextLookIsItsOwn() {
        grid.add("record:a", Map.of("name", NAME, "ipv4addr", ADDRESS, "view", "default"));
        grid.insteadOnce(post(urlMatching(".*/record:a")), aResponse().withStatus(503));
        var states = List.of(Scenario.STARTED, "looked", "looked again");
        for (var look = 0; look < 2; look++) {
            grid.server()
                    .stubFor(get(urlPathMatching(".*/record:a"))
                            .atPriority(1)
                            .inScenario("looks")
                            .whenScenarioStateIs(states.get(look))
                            .willSetStateTo(states.get(look + 1))
                            .willReturn(okJson("[]")));
        }
        assertThat(provider().create(NAME, RecordType.A, ADDRESS)).isEqualTo(new Creation.Created());
        assertThat(grid.all("record:a")).hasSize(1);
    }

    @Test
    void membersThatAreNotToldDoNotUndoTheChange() {
        grid.instead(
                get(urlPathMatching(".*/member:dns")),
                FakeGrid.refused(403, "AdmConDataError", "Data", "not permitted"));
        assertThat(provider("2.12").create(NAME, RecordType.A, ADDRESS)).isEqualTo(new Creation.Created());
        assertThat(grid.all("record:a")).hasSize(1);
    }

    @Test
    void aGridThatHangsEndsInTime() {
        grid.instead(any(anyUrl()), aResponse().withFixedDelay(60_000));
        var provider = provider(settings("2.0"), Duration.ofSeconds(1));
        assertThat(failure(() -> provider.create(NAME, RecordType.A, ADDRESS), Kind.TIMEOUT, Outcome.NOT_APPLIED))
                .hasMessageContaining("no answer within");
    }

    @Test
    void aGridThatIsAway() {
        grid.server().stop();
        assertThat(failure(() -> provider().create(NAME, RecordType.A, ADDRESS), Kind.UNAVAILABLE, Outcome.NOT_APPLIED))
                .hasMessageContaining("Connection refused")
                .hasMessageContaining("GET " + grid.address() + "/wapi/v2.0/record:a");
    }

    @Test
    void aCertificateOfAnotherAuthority() {
        TestPki.create("Other", TestPki.KeyType.EC_P256).writeTo(directory.resolve("other"));
        var other = directory.resolve("other/ca.pem");
        var provider = provider(Provider.settings(grid.address(), other, "2.0"), Duration.ofSeconds(10));
        assertThat(failure(() -> provider.create(NAME, RecordType.A, ADDRESS), Kind.UNAVAILABLE, Outcome.NOT_APPLIED))
                .hasMessageContaining("signed by no authority in " + other + " (infoblox_ca_file)");
        assertThat(grid.calls()).isEmpty();
    }

    @Test
    void withoutAFileOnlyTheRuntimesAuthoritiesCount() {
        var settings = settings("2.0");
        var grid = settings.grid();
        var provider = provider(
                new InfobloxSettings(
                        new GridSettings(
                                grid.server(),
                                grid.serverKey(),
                                grid.username(),
                                grid.password(),
                                grid.timeout(),
                                Optional.empty(),
                                grid.version()),
                        settings.view()),
                Duration.ofSeconds(10));
        assertThat(failure(() -> provider.create(NAME, RecordType.A, ADDRESS), Kind.UNAVAILABLE, Outcome.NOT_APPLIED))
                .hasMessageContaining("set infoblox_ca_file");
        assertThat(this.grid.calls()).isEmpty();
    }

    @Test
    void aCertificateForAnotherHost() {
        grid.close();
        grid = FakeDnsGrid.start(
                directory,
                PKI.issue("grid.example.com")
                        .purposes(TestPki.Purpose.SERVER)
                        .dns("grid.example.com")
                        .sign());
        assertThat(failure(() -> provider().create(NAME, RecordType.A, ADDRESS), Kind.UNAVAILABLE, Outcome.NOT_APPLIED))
                .hasMessageContaining("its certificate is not made for localhost");
        assertThat(grid.calls()).isEmpty();
    }
}
