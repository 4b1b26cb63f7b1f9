package smartproxy.dhcp.infoblox;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.delete;
import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.matching;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.urlMatching;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathMatching;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import com.github.tomakehurst.wiremock.http.Fault;
import com.github.tomakehurst.wiremock.stubbing.Scenario;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import smartproxy.core.api.BackendException;
import smartproxy.core.api.BackendException.Kind;
import smartproxy.core.api.BackendException.Outcome;
import smartproxy.core.api.CallerException;
import smartproxy.core.daemon.FreePorts;
import smartproxy.core.tls.TestPki;
import smartproxy.dhcp.DhcpProvider.Creation;
import smartproxy.dhcp.DhcpProvider.Removal;
import smartproxy.dhcp.DhcpView;
import smartproxy.dhcp.Ipv4;
import smartproxy.dhcp.Lease;
import smartproxy.dhcp.MacAddress;
import smartproxy.dhcp.Reservation;
import smartproxy.dhcp.Subnet;
import smartproxy.dhcp.infoblox.InfobloxDhcpSettings.Restarts;
import smartproxy.infoblox.FakeGrid;

/** What is sent to a grid, what is made of its answers, and what becomes of its errors and faults. Tests that wait do so at once. */
class InfobloxDhcpIT {
    private static final TestPki PKI = TestPki.create("Grid CA", TestPki.KeyType.EC_P256);
    private static final Duration WATCHDOG = Duration.ofSeconds(60);

    @TempDir
    private Path directory;

    private final List<Provider> providers = new ArrayList<>();
    private FakeDhcpGrid grid;

    @BeforeEach
    void start() {
        PKI.writeTo(directory);
        grid = FakeDhcpGrid.start(
                directory, PKI.issueServer().key(TestPki.KeyType.EC_P256).sign());
    }

    @AfterEach
    void stop() {
        grid.asItself();
        providers.forEach(Provider::close);
        grid.close();
    }

    private InfobloxDhcpSettings settings() {
        return Provider.settings(grid.address(), directory.resolve("ca.pem"));
    }

    private Provider provider() {
        return provider(settings());
    }

    private Provider provider(InfobloxDhcpSettings settings) {
        return provider(settings, Duration.ofSeconds(10));
    }

    private Provider provider(InfobloxDhcpSettings settings, Duration attempt) {
        var provider = Provider.started(settings, attempt, directory);
        providers.add(provider);
        return provider;
    }

    private static BackendException failure(ThrowingCallable call, Kind kind, Outcome outcome) {
        var failure = catchThrowableOfType(BackendException.class, call);
        assertThat(failure).isNotNull().hasMessageStartingWith("dhcp_infoblox: ");
        assertThat(failure.getMessage()).doesNotContain(FakeGrid.PASSWORD);
        assertThat(failure.kind()).as(failure.getMessage()).isEqualTo(kind);
        assertThat(failure.outcome()).as(failure.getMessage()).isEqualTo(outcome);
        return failure;
    }

    private static Reservation booting(Reservation reservation) {
        var options = new LinkedHashMap<>(reservation.options());
        options.put("filename", "pxelinux.0");
        options.put("nextServer", "192.0.2.9");
        return reservation.withOptions(options);
    }

    @Test
    void aFixedAddressIsCreatedAsTheRubyProxyDoes() {
        var options = List.of(Map.<String, Object>of("name", "domain-name", "num", 15, "value", "lab.example.com"));
        var plain = settings();
        var provider = provider(new InfobloxDhcpSettings(
                plain.grid(),
                false,
                false,
                plain.dnsView(),
                plain.networkView(),
                options,
                plain.restarts(),
                plain.suggestionTime(),
                List.of()));
        assertThat(provider.create(booting(Provider.reservation(10)))).isInstanceOf(Creation.Created.class);
        assertThat(grid.calls()).hasSize(3).last().isEqualTo("POST /wapi/v2.0/fixedaddress");
        assertThat(grid.calls().get(0)).contains("&mac=02:00:00:00:00:0a&network_view=default");
        assertThat(grid.calls().get(1)).contains("&ipv4addr=192.0.2.10&network_view=default");
        assertThat(grid.all(FakeDhcpGrid.FIXED).get(0))
                .containsEntry("ipv4addr", "192.0.2.10")
                .containsEntry("mac", "02:00:00:00:00:0a")
                .containsEntry("name", "h10.example.com")
                .containsEntry("network_view", "default")
                .containsEntry("options", options)
                .containsEntry("bootfile", "pxelinux.0")
                .containsEntry("use_bootfile", true)
                .containsEntry("nextserver", "192.0.2.9")
                .containsEntry("use_nextserver", true)
                .doesNotContainKey("comment");
    }

    @Test
    void aHostIsCreatedAsTheRubyProxyDoes() {
        assertThat(provider(Provider.hosts(settings())).create(booting(Provider.reservation(10))))
                .isInstanceOf(Creation.Created.class);
        assertThat(grid.all(FakeDhcpGrid.HOST).get(0))
                .containsEntry("name", "h10.example.com")
                .containsEntry("view", "default")
                .containsEntry(
                        "ipv4addrs",
                        List.of(Map.of(
                                "configure_for_dhcp",
                                true,
                                "ipv4addr",
                                "192.0.2.10",
                                "mac",
                                "02:00:00:00:00:0a",
                                "bootfile",
                                "pxelinux.0",
                                "use_bootfile",
                                true,
                                "nextserver",
                                "192.0.2.9",
                                "use_nextserver",
                                true)))
                .doesNotContainKey("comment");
        assertThat(grid.complaints()).isEmpty();
    }

    @Test
    void subnetsAreNetworksOfTheViewWithTheirRouters() {
        var view = provider().view();
        assertThat(view.subnets())
                .extracting(Subnet::toString)
                .containsExactly("192.0.2.0/255.255.255.0", "198.51.100.0/255.255.255.128", "10.20.0.0/255.255.0.0");
        assertThat(view.subnet(Ipv4.of("192.0.2.0")).orElseThrow().options())
                .isEqualTo(Map.of("routers", List.of("192.0.2.1")));
        assertThat(view.subnet(Ipv4.of("198.51.100.77")).orElseThrow().options())
                .isEmpty();
        assertThat(grid.calls())
                .anyMatch(call -> call.contains("/network?")
                        && call.contains("&_max_results=1&network=192.0.2.0&network_view=default"));
        assertThat(grid.complaints()).isEmpty();
    }

    @Test
    void onlyManagedSubnetsAreServed() {
        var view = provider(Provider.managed(
                        settings(), Subnet.parse("198.51.100.0/25").orElseThrow()))
                .view();
        assertThat(view.subnets()).extracting(Subnet::network).containsExactly(Ipv4.of("198.51.100.0"));
        assertThat(view.subnet(Ipv4.of("192.0.2.0"))).isEmpty();
    }

    @Test
    void anUnknownNetworkViewIsNamed() {
        var provider = provider(Provider.views(settings(), "default", "lab"));
        assertThat(failure(() -> provider.view().subnets(), Kind.REJECTED, Outcome.NOT_APPLIED))
                .hasMessageContaining("View lab not found (status 404); check network_view and dns_view");
        assertThat(failure(() -> provider.create(Provider.reservation(10)), Kind.REJECTED, Outcome.NOT_APPLIED))
                .hasMessageContaining("View lab not found");
    }

    @Test
    void leasesAreThoseWithAClientTheLastOfEach() {
        grid.add(FakeDhcpGrid.LEASE, lease("192.0.2.210", "02:00:00:00:0c:01", 1_800_000_000L));
        grid.add(FakeDhcpGrid.LEASE, lease("192.0.2.211", "02:00:00:00:0c:02", 1_700_000_000L));
        grid.add(FakeDhcpGrid.LEASE, lease("192.0.2.211", "02:00:00:00:0c:03", 1_600_000_000L));
        grid.add(FakeDhcpGrid.LEASE, lease("198.51.100.5", "02:00:00:00:0c:04", 1_600_000_000L));
        var view = provider().view();
        var leases = new ArrayList<Lease>();
        view.eachLease(Provider.SUBNET, leases::add);
        assertThat(leases)
                .extracting(Lease::toString)
                .containsExactlyInAnyOrder("192.0.2.210 / 02:00:00:00:0c:01", "192.0.2.211 / 02:00:00:00:0c:02");
        assertThat(view.lease(Provider.SUBNET, MacAddress.of("02:00:00:00:0c:01")))
                .contains(leases.get(0));
        var lease = view.leaseAt(Provider.SUBNET, Ipv4.of("192.0.2.200")).orElseThrow();
        assertThat(lease.name()).isEqualTo("laptop");
        assertThat(lease.starts()).isEqualTo(1_700_000_000L);
        assertThat(lease.ends()).isEqualTo(1_900_000_000L);
        assertThat(lease.state()).isEqualTo("ACTIVE");
        assertThat(lease.options()).isEqualTo(Map.of("hostname", "laptop"));
        assertThat(view.leaseAt(Provider.SUBNET, Ipv4.of("192.0.2.201"))).isEmpty();
        assertThat(grid.complaints()).isEmpty();
    }

    private static Map<String, Object> lease(String ip, String mac, long starts) {
        return Map.of(
                "address", ip, "hardware", mac, "binding_state", "ACTIVE", "starts", starts, "ends", starts + 3600);
    }

    @Test
    void leasesOfOtherNetworkViewsDoNotCount() {
        var other = new LinkedHashMap<>(lease("192.0.2.220", "02:00:00:00:0c:09", 1_700_000_000L));
        other.put("network_view", "lab");
        grid.add(FakeDhcpGrid.LEASE, other);
        assertThat(provider().view().leaseAt(Provider.SUBNET, Ipv4.of("192.0.2.220")))
                .isEmpty();
    }

    @Test
    void whatHasNoNameOrNoMacIsNotShownButUsed() {
        grid.add(FakeDhcpGrid.FIXED, fixed("192.0.2.3", "00:00:00:00:00:00", "printer"));
        grid.add(FakeDhcpGrid.FIXED, fixed("192.0.2.4", "02:00:00:00:0d:01", ""));
        var view = provider().view();
        assertThat(reservations(view.subnet(Ipv4.of("192.0.2.0")).orElseThrow(), view))
                .isEmpty();
        assertThat(view.isFree(Provider.SUBNET, Ipv4.of("192.0.2.3"))).isFalse();
        assertThat(used(view)).contains("192.0.2.3", "192.0.2.4", "192.0.2.200").doesNotContain("192.0.2.201");
        assertThat(provider().create(Provider.reservation(3))).isEqualTo(new Creation.Occupied(List.of()));
        assertThat(grid.all(FakeDhcpGrid.FIXED)).hasSize(2);
    }

    private static Map<String, Object> fixed(String ip, String mac, String name) {
        return Map.of("ipv4addr", ip, "mac", mac, "name", name, "network", "192.0.2.0/24");
    }

    private static List<Reservation> reservations(Subnet subnet, DhcpView view) {
        var all = new ArrayList<Reservation>();
        view.eachReservation(subnet, all::add);
        return all;
    }

    private static Set<String> used(DhcpView view) {
        var used = new TreeSet<String>();
        view.used(Provider.SUBNET).each((first, last) -> {
            for (var ip = first; ip <= last; ip++) {
                used.add(new Ipv4(ip).toString());
            }
        });
        return used;
    }

    @Test
    void theSameAddressesAreTheSameObject() {
        var provider = provider();
        provider.create(Provider.reservation(10));
        var before = provider.view().used(Provider.SUBNET);
        assertThat(provider.view().used(Provider.SUBNET)).isSameAs(before);
        provider.create(Provider.reservation(11));
        assertThat(provider.view().used(Provider.SUBNET)).isNotSameAs(before);
    }

    @Test
    void anyUseCountsWhereThatIsSet() {
        grid.add("dns-only", Map.of("address", "192.0.2.50"));
        grid.add(
                FakeDhcpGrid.HOST,
                Map.of("name", "www.example.com", "ipv4addrs", List.of(Map.of("ipv4addr", "192.0.2.51"))));
        var plain = provider().view();
        var every = provider(Provider.everyUse(settings())).view();
        for (var ip : List.of("192.0.2.50", "192.0.2.51")) {
            assertThat(plain.isFree(Provider.SUBNET, Ipv4.of(ip))).isTrue();
            assertThat(every.isFree(Provider.SUBNET, Ipv4.of(ip))).isFalse();
            assertThat(used(plain)).doesNotContain(ip);
            assertThat(used(every)).contains(ip);
        }
        assertThat(grid.calls())
                .anyMatch(call -> call.contains("/ipv4address?")
                        && call.contains("&network=192.0.2.0/24&network_view=default&status=USED"));
        assertThat(grid.complaints()).isEmpty();
    }

    @Test
    void longListsComeInPages() {
        for (var i = 0; i < 1_200; i++) {
            var ip = "10.20." + i / 200 + "." + (i % 200 + 1);
            grid.add(
                    FakeDhcpGrid.FIXED,
                    Map.of(
                            "ipv4addr",
                            ip,
                            "mac",
                            "02:00:00:01:%02x:%02x".formatted(i / 256, i % 256),
                            "name",
                            "n" + i,
                            "network",
                            "10.20.0.0/16"));
        }
        var view = provider().view();
        assertThat(reservations(view.subnet(Ipv4.of("10.20.0.0")).orElseThrow(), view))
                .hasSize(1_200);
        assertThat(grid.calls())
                .filteredOn(call -> call.contains("/fixedaddress?"))
                .hasSize(3)
                .allMatch(call -> call.contains("_paging=1") && call.contains("_max_results=500"));
        assertThat(grid.complaints()).isEmpty();
    }

    @Test
    void aHostWithFurtherAddressesIsShownAsStaticAndNotRemoved() {
        grid.add(
                FakeDhcpGrid.HOST,
                Map.of(
                        "name",
                        "two.example.com",
                        "ipv4addrs",
                        List.of(
                                Map.of(
                                        "ipv4addr",
                                        "192.0.2.30",
                                        "mac",
                                        "02:00:00:00:0e:01",
                                        "configure_for_dhcp",
                                        true),
                                Map.of(
                                        "ipv4addr",
                                        "192.0.2.31",
                                        "mac",
                                        "02:00:00:00:0e:02",
                                        "configure_for_dhcp",
                                        false))));
        var provider = provider(Provider.hosts(settings()));
        var shown = provider.view().reservationsAt(Provider.SUBNET, Ipv4.of("192.0.2.30"));
        assertThat(shown)
                .singleElement()
                .satisfies(one -> assertThat(one.deleteable()).isFalse());
        assertThat(provider.view().reservationsAt(Provider.SUBNET, Ipv4.of("192.0.2.31")))
                .as("DHCP does not serve it")
                .isEmpty();
        assertThat(failure(() -> provider.remove(shown.get(0)), Kind.REJECTED, Outcome.NOT_APPLIED))
                .hasMessageContaining("has further addresses");
        assertThat(grid.all(FakeDhcpGrid.HOST)).hasSize(1);
    }

    @Test
    void whatTheGridKnowsAndTheSearchDoesNotIsAConflict() {
        // of the other type
        grid.add(
                FakeDhcpGrid.HOST,
                Map.of(
                        "name",
                        "h.example.com",
                        "ipv4addrs",
                        List.of(Map.of("ipv4addr", "192.0.2.40", "mac", "02:00:00:00:00:0a"))));
        assertThat(catchThrowableOfType(CallerException.class, () -> provider().create(Provider.reservation(10))))
                .hasMessageContaining("Record 192.0.2.10 conflicts with an existing record.")
                .hasMessageContaining("is used in two fixed addresses")
                .satisfies(refused -> assertThat(refused.status()).isEqualTo(409));
        // a name in use
        var hosts = provider(Provider.hosts(settings()));
        hosts.create(Provider.reservation(11));
        assertThat(catchThrowableOfType(
                        CallerException.class,
                        () -> hosts.create(new Reservation(
                                Provider.SUBNET,
                                "h11.example.com",
                                Ipv4.of("192.0.2.12"),
                                MacAddress.of("02:00:00:00:00:0c"),
                                true,
                                Map.of("hostname", "h11.example.com")))))
                .hasMessageContaining("The record 'h11.example.com' already exists.");
        assertThat(grid.complaints()).isEmpty();
    }

    /** As what another reserves directly after it. */
    private void theFirstLookFindsNothing() {
        for (var search : List.of("mac", "ipv4addr")) {
            grid.server()
                    .stubFor(get(urlPathMatching(".*/fixedaddress"))
                            .withQueryParam(search, matching(".+"))
                            .atPriority(1)
                            .inScenario(search)
                            .whenScenarioStateIs(Scenario.STARTED)
                            .willSetStateTo("over")
                            .willReturn(okJson("[]")));
        }
    }

    @Test
    void aReservationThatAnotherMakesMeanwhileIsInTheWay() {
        provider().create(Provider.reservation(10));
        theFirstLookFindsNothing();
        grid.instead(
                post(urlMatching(".*/fixedaddress")),
                FakeGrid.refused(400, "AdmConDataError", "Data.Conflict", "is used in two fixed addresses"));
        assertThat(((Creation.Occupied) provider().create(Provider.reservation(10))).present())
                .singleElement()
                .satisfies(there -> assertThat(there.ip())
                        .isEqualTo(Provider.reservation(10).ip()));
    }

    @Test
    void aGridThatLetsNoTwoShareAnAddressSaysSo() {
        grid.addressesAreUnique();
        var provider = provider();
        provider.create(Provider.reservation(10));
        var sibling = Provider.reservation(11, "192.0.2.10");
        assertThat(catchThrowableOfType(
                        CallerException.class,
                        () -> provider.create(sibling, Provider.reservation(10).mac())))
                .hasMessageContaining("IP address 192.0.2.10 is used in two fixed addresses");
        assertThat(grid.all(FakeDhcpGrid.FIXED)).hasSize(1);
    }

    @Test
    void aMissingDnsZoneIsNamed() {
        var reservation = new Reservation(
                Provider.SUBNET,
                "h.example.org",
                Ipv4.of("192.0.2.10"),
                MacAddress.of("02:00:00:00:00:0a"),
                true,
                Map.of("hostname", "h.example.org"));
        assertThat(failure(
                        () -> provider(Provider.hosts(settings())).create(reservation),
                        Kind.REJECTED,
                        Outcome.NOT_APPLIED))
                .hasMessageContaining("there is no DNS zone for its name in view default");
    }

    @Test
    void aWrongPasswordIsSaidSo() {
        var wrong = Provider.with(settings(), Provider.grid(grid.address(), directory.resolve("ca.pem"), "wr0ng"));
        assertThat(failure(() -> provider(wrong).create(Provider.reservation(10)), Kind.REJECTED, Outcome.NOT_APPLIED))
                .hasMessageContaining("does not accept user 'foreman'; check username and password (status 401)")
                .hasMessageNotContaining("wr0ng");
    }

    @Test
    void aRefusalIsToldWithItsText() {
        grid.instead(
                post(urlMatching(".*/fixedaddress")),
                FakeGrid.refused(400, "AdmConDataError", "Data", "The network is locked by bob"));
        assertThat(failure(() -> provider().create(Provider.reservation(10)), Kind.REJECTED, Outcome.NOT_APPLIED))
                .hasMessageContaining(
                        "creation of h10.example.com (192.0.2.10 / 02:00:00:00:00:0a) at https://localhost:")
                .hasMessageContaining("The network is locked by bob (status 400)");
        assertThat(grid.restarts()).isZero();
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void aServerErrorLeavesTheOutcomeOpenAndIsServed() {
        grid.instead(
                post(urlMatching(".*/fixedaddress")),
                aResponse().withStatus(500).withBody("oops"));
        assertThat(failure(() -> provider().create(Provider.reservation(10)), Kind.REJECTED, Outcome.UNKNOWN))
                .hasMessageContaining("(status 500); whether the change was made is unknown");
        await().atMost(WATCHDOG).until(() -> grid.restarts() == 1);
    }

    @Test
    void aServerErrorBeforeTheChangeLeavesNothingOpen() {
        grid.instead(get(urlMatching(".*/fixedaddress.*")), aResponse().withStatus(500));
        assertThat(failure(() -> provider().create(Provider.reservation(10)), Kind.REJECTED, Outcome.NOT_APPLIED))
                .hasMessageContaining("(status 500)");
        assertThat(grid.all(FakeDhcpGrid.FIXED)).isEmpty();
    }

    static Stream<Arguments> garbage() {
        return Stream.of(
                Arguments.of(aResponse().withHeader("Content-Type", "text/html").withBody("<html>hi"), "(text/html)"),
                Arguments.of(aResponse().withBody(""), "no JSON"),
                Arguments.of(aResponse().withBody("[]"), "no page"),
                Arguments.of(aResponse().withBody("{\"result\":{}}"), "no page"),
                Arguments.of(aResponse().withBody("{\"result\":["), "no JSON"),
                Arguments.of(aResponse().withBody("{\"result\":[],\"next_page_id\":\"x\"}"), "a list without end"),
                Arguments.of(aResponse().withStatus(404).withBody("<html>"), "check server and wapi_version"),
                Arguments.of(aResponse().withStatus(302), "set server to that of the grid master"));
    }

    @ParameterizedTest
    @MethodSource("garbage")
    void garbageIsRefused(ResponseDefinitionBuilder answer, String text) {
        grid.instead(get(anyUrl()), answer);
        assertThat(failure(() -> provider().view().subnets(), Kind.REJECTED, Outcome.NOT_APPLIED))
                .hasMessageContaining(text);
    }

    @Test
    void aPageOfSomethingElseIsNoRemovalAndNoRestart() {
        var provider = provider();
        provider.create(Provider.reservation(10));
        grid.instead(
                any(urlMatching(".*/(fixedaddress|grid)/.*")),
                aResponse().withHeader("Content-Type", "text/html").withBody("<html>log in"));
        assertThat(failure(() -> provider.remove(Provider.reservation(10)), Kind.REJECTED, Outcome.UNKNOWN))
                .hasMessageContaining("answers with no JSON (text/html); whether the change was made is unknown");
        assertThat(grid.all(FakeDhcpGrid.FIXED)).hasSize(1);
        await().atMost(WATCHDOG)
                .untilAsserted(() ->
                        assertThat(provider.restartHealth().detail()).contains("answers with no JSON (text/html)"));
    }

    @Test
    void objectsWithoutWhatTheyNeedArePassedOver() {
        grid.instead(
                get(urlPathMatching(".*/fixedaddress")),
                aResponse().withBody("{\"result\":[1, {}, {\"ipv4addr\":7}, {\"ipv4addr\":\"x\",\"mac\":\"y\"}]}"));
        assertThat(reservations(Provider.SUBNET, provider().view())).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(
            value = Fault.class,
            names = {"CONNECTION_RESET_BY_PEER", "EMPTY_RESPONSE"})
    void aLineThatIsCutInTheCreationIsTriedAgain(Fault fault) {
        grid.insteadOnce(post(urlMatching(".*/fixedaddress")), aResponse().withFault(fault));
        assertThat(provider().create(Provider.reservation(10))).isInstanceOf(Creation.Created.class);
        assertThat(grid.all(FakeDhcpGrid.FIXED)).hasSize(1);
    }

    @Test
    void whatAnotherMadeBetweenTwoAttemptsIsNotTakenForItsOwn() {
        provider().create(Provider.reservation(10));
        theFirstLookFindsNothing();
        grid.insteadOnce(post(urlMatching(".*/fixedaddress")), aResponse().withFault(Fault.EMPTY_RESPONSE));
        var creation = provider().create(Provider.reservation(11, "192.0.2.10"));
        assertThat(creation).isInstanceOf(Creation.Occupied.class);
        assertThat(((Creation.Occupied) creation).present())
                .extracting(Reservation::mac)
                .containsExactly(Provider.reservation(10).mac());
        assertThat(grid.all(FakeDhcpGrid.FIXED)).hasSize(1);
    }

    @Test
    void aCreationWhoseAnswerGotLostIsSeenAsItsOwn() {
        grid.insteadOnce(
                post(urlMatching(".*/fixedaddress")),
                aResponse().withTransformers("wapi").withFixedDelay(3_000));
        var provider = provider(settings(), Duration.ofSeconds(2));
        assertThat(provider.create(booting(Provider.reservation(10)))).isInstanceOf(Creation.Created.class);
        assertThat(grid.all(FakeDhcpGrid.FIXED)).hasSize(1);
    }

    @Test
    void aRemovalWhoseAnswerGotLostIsARemoval() {
        var provider = provider(settings(), Duration.ofSeconds(2));
        provider.create(Provider.reservation(10));
        grid.insteadOnce(delete(anyUrl()), aResponse().withTransformers("wapi").withFixedDelay(3_000));
        assertThat(provider.remove(Provider.reservation(10))).isEqualTo(Removal.REMOVED);
        assertThat(grid.all(FakeDhcpGrid.FIXED)).isEmpty();
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void aGridThatHangsEndsInTime() {
        grid.instead(any(anyUrl()), aResponse().withFixedDelay(60_000));
        var provider = provider(settings(), Duration.ofSeconds(1));
        assertThat(failure(() -> provider.create(Provider.reservation(10)), Kind.TIMEOUT, Outcome.NOT_APPLIED))
                .hasMessageContaining("no answer within");
    }

    @Test
    void aGridThatIsAway() {
        var away = URI.create("https://localhost:" + FreePorts.next());
        var provider = provider(Provider.settings(away, directory.resolve("ca.pem")));
        assertThat(failure(() -> provider.create(Provider.reservation(10)), Kind.UNAVAILABLE, Outcome.NOT_APPLIED))
                .hasMessageContaining("Connection refused");
        assertThat(failure(() -> provider.view().subnets(), Kind.UNAVAILABLE, Outcome.NOT_APPLIED))
                .hasMessageContaining("GET " + away + "/wapi/v2.0/network");
    }

    @Test
    void aCertificateOfAnotherAuthority() {
        TestPki.create("Other", TestPki.KeyType.EC_P256).writeTo(directory.resolve("other"));
        var other = directory.resolve("other/ca.pem");
        assertThat(failure(
                        () -> provider(Provider.settings(grid.address(), other))
                                .view()
                                .subnets(),
                        Kind.UNAVAILABLE,
                        Outcome.NOT_APPLIED))
                .hasMessageContaining("signed by no authority in " + other + " (infoblox_ca_file)");
        assertThat(grid.calls()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "02:00:00:00:00:00:00:0a | Infoblox knows those of 6 octets alone",
                "00:00:00:00:00:00 | Infoblox keeps addresses with it for nobody"
            })
    void macsThatTheGridDoesNotKnowAreRefused(String mac, String reason) {
        var reservation = new Reservation(
                Provider.SUBNET, "h", Ipv4.of("192.0.2.10"), MacAddress.of(mac), true, Map.of("hostname", "h"));
        var refused =
                catchThrowableOfType(CallerException.class, () -> provider().create(reservation));
        assertThat(refused).hasMessage("Invalid MAC " + mac + ": " + reason);
        assertThat(refused.status()).isEqualTo(400);
        assertThat(grid.calls()).isEmpty();
    }

    @Test
    void aMacThatTheGridCannotHaveIsNobodysAndNotAskedFor() {
        var mac = MacAddress.of("80:00:02:08:fe:80:00:00:00:00:00:00:00:02:c9:03:00:00:00:01");
        assertThat(provider().view().reservation(Provider.SUBNET, mac)).isEmpty();
        assertThat(provider().view().lease(Provider.SUBNET, mac)).isEmpty();
        assertThat(grid.calls()).isEmpty();
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void aChangeIsServedAfterAWhileByOneRestart() {
        var provider = provider();
        for (var n = 10; n < 20; n++) {
            provider.create(Provider.reservation(n));
        }
        provider.remove(Provider.reservation(10));
        await().atMost(WATCHDOG).until(grid::isServed);
        // the answer is here, too
        await().atMost(WATCHDOG)
                .until(() -> provider.restartHealth().detail().contains("no restart is due, the last one was sent at"));
        assertThat(grid.restarts()).isLessThan(11);
        assertThat(provider.restartHealth().ok()).isTrue();
        var before = grid.restarts();
        assertThat(provider.remove(Provider.reservation(10))).isEqualTo(Removal.ABSENT);
        assertThat(provider.create(Provider.reservation(11))).isInstanceOf(Creation.Occupied.class);
        provider.close();
        providers.remove(provider);
        assertThat(grid.restarts()).as("nothing was changed").isEqualTo(before);
        assertThat(grid.complaints()).isEmpty();
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void aChangeCanWaitForItsRestart() {
        var provider =
                provider(Provider.with(settings(), new Restarts(Duration.ofSeconds(1), true, Duration.ofMillis(1))));
        assertThat(provider.create(Provider.reservation(10))).isInstanceOf(Creation.Created.class);
        assertThat(grid.isServed()).isTrue();
        assertThat(provider.remove(Provider.reservation(10))).isEqualTo(Removal.REMOVED);
        assertThat(grid.isServed()).isTrue();
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void aRestartThatFailsIsHealthAndTriedAgain() {
        var restart = post(urlPathMatching(".*/grid/.*"));
        grid.instead(restart, FakeGrid.refused(403, "AdmConDataError", "Data", "Restart permission is required"));
        var provider =
                provider(Provider.with(settings(), new Restarts(Duration.ofSeconds(1), true, Duration.ofMillis(1))));
        assertThat(provider.create(Provider.reservation(10)))
                .as("the change stands")
                .isInstanceOf(Creation.Created.class);
        assertThat(provider.restartHealth().ok()).isFalse();
        assertThat(provider.restartHealth().detail())
                .contains(
                        "1 changes wait for a restart",
                        "Restart permission is required",
                        "check the permissions of user");
        grid.asItself();
        await().atMost(WATCHDOG).until(grid::isServed);
        await().atMost(WATCHDOG).until(() -> provider.restartHealth().ok());
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void aGridThatDoesNotShowItselfIsHealth() {
        grid.instead(get(urlPathMatching(".*/grid")), okJson("[]"));
        var provider =
                provider(Provider.with(settings(), new Restarts(Duration.ofSeconds(1), true, Duration.ofMillis(1))));
        assertThat(provider.create(Provider.reservation(10)))
                .as("the change stands")
                .isInstanceOf(Creation.Created.class);
        assertThat(provider.restartHealth().detail())
                .contains("1 changes wait for a restart", "the grid does not show itself to user 'foreman'");
        grid.asItself();
        await().atMost(WATCHDOG).until(grid::isServed);
    }

    @Test
    void aRestartThatIsDueAtTheEndIsSentThen() {
        var provider = provider(Provider.with(settings(), new Restarts(Duration.ofMinutes(10), false, Duration.ZERO)));
        provider.create(Provider.reservation(10));
        assertThat(grid.isServed()).isFalse();
        provider.close();
        providers.remove(provider);
        assertThat(grid.isServed()).isTrue();
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void aRestartThatCannotBeSentAtTheEndIsSentAfterTheNextStart() {
        var rare = Provider.with(settings(), new Restarts(Duration.ofMinutes(10), false, Duration.ZERO));
        var provider = provider(rare);
        provider.create(Provider.reservation(10));
        grid.instead(get(urlPathMatching(".*/grid")), aResponse().withStatus(503));
        provider.close();
        providers.remove(provider);
        assertThat(grid.isServed()).isFalse();
        grid.asItself();
        var next = provider();
        await().atMost(WATCHDOG).until(grid::isServed);
        assertThat(grid.restarts()).isEqualTo(1);
        await().atMost(WATCHDOG)
                .until(() -> next.restartHealth().detail().contains("no restart is due, the last one was sent at"));
    }
}
