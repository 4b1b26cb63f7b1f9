package smartproxy.dhcp.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import smartproxy.core.daemon.DaemonFixture;
import smartproxy.core.daemon.Wire;
import smartproxy.core.store.LabPostgres;

/** Four daemons over one PostgreSQL. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(300)
final class SharedStoreIT {
    private static final int DAEMONS = 4;
    private static final int CLIENTS = 8;
    private static final Pattern ADDRESS = Pattern.compile("\\{\"ip\":\"([0-9.]+)\"\\}");

    private final LabPostgres postgres;
    private final List<DaemonFixture> daemons = new ArrayList<>();

    SharedStoreIT(@TempDir Path directory) throws Exception {
        postgres = LabPostgres.start(directory.resolve("postgres"));
        for (var i = 0; i < DAEMONS; i++) {
            var proxy = DaemonFixture.in(Files.createDirectories(directory.resolve("daemon" + i)));
            postgres.settings().forEach(proxy::set);
            daemons.add(proxy.module("dhcp", """
                            :enabled: https
                            :use_provider: dhcp_embedded
                            :ping_free_ip: false
                            """).module("dhcp_embedded", """
                            :networks: [10.64.0.0/15, 10.96.0.0/11, 192.0.2.0/24, 198.51.100.0/29]
                            :blacklist_duration_minutes: 36000
                            """).start());
        }
    }

    @AfterAll
    void stop() {
        daemons.forEach(DaemonFixture::close);
        postgres.close();
    }

    /** Work of one client at each daemon, in turn; all begin together. */
    private <T> List<T> atOnce(int clients, Client<T> client) throws Exception {
        var threads = Executors.newFixedThreadPool(clients);
        var start = new CyclicBarrier(clients);
        try {
            var work = new ArrayList<Callable<T>>();
            for (var i = 0; i < clients; i++) {
                var number = i;
                work.add(() -> {
                    try (var wire = daemons.get(number % DAEMONS).https()) {
                        start.await(120, TimeUnit.SECONDS);
                        return client.run(number, wire);
                    }
                });
            }
            var results = new ArrayList<T>();
            for (var each : threads.invokeAll(work)) {
                results.add(each.get());
            }
            return results;
        } finally {
            threads.shutdownNow();
        }
    }

    private interface Client<T> {
        T run(int number, Wire wire) throws Exception;
    }

    private static String unused(Wire wire, String network, String query) throws Exception {
        var reply = wire.get("/dhcp/" + network + "/unused_ip" + query);
        var address = ADDRESS.matcher(reply.body());
        assertThat(reply.status()).as(reply.body()).isEqualTo(200);
        assertThat(address.matches()).as(reply.body()).isTrue();
        return address.group(1);
    }

    private void allocate(String network, int many) throws Exception {
        var given = new AtomicInteger();
        Set<String> all = ConcurrentHashMap.newKeySet();
        var begun = System.nanoTime();
        atOnce(DAEMONS * CLIENTS, (number, wire) -> {
            while (given.getAndIncrement() < many) {
                var ip = unused(wire, network, "");
                assertThat(all.add(ip)).as("given twice: " + ip).isTrue();
            }
            return number;
        });
        System.out.printf(
                "SharedStoreIT: %d addresses by %d daemons with %d clients each in %.1f s%n",
                all.size(), DAEMONS, CLIENTS, (System.nanoTime() - begun) / 1e9);
        assertThat(all).hasSize(many);
    }

    @Test
    void noAddressIsGivenTwice() throws Exception {
        allocate("10.64.0.0", 20_000);
    }

    @Test
    @Tag("long")
    @Timeout(7200)
    void noneOfAMillionIsGivenTwice() throws Exception {
        allocate("10.96.0.0", Integer.getInteger("allocations", 1_000_000));
    }

    @Test
    void theLastAddressesGoToOneEach() throws Exception {
        var answers = atOnce(
                DAEMONS * CLIENTS,
                (number, wire) -> wire.get("/dhcp/198.51.100.0/unused_ip").body());
        assertThat(answers.stream().filter(body -> !body.equals("{\"ip\":null}")))
                .doesNotHaveDuplicates()
                .hasSize(6);
    }

    @Test
    void aMacGetsOneAddressWhicheverDaemonItAsks() throws Exception {
        for (var round = 0; round < 5; round++) {
            var mac = "?mac=52:54:00:00:01:0" + round;
            assertThat(Set.copyOf(atOnce(8, (number, wire) -> unused(wire, "192.0.2.0", mac))))
                    .hasSize(1);
        }
    }

    @Test
    void ofEightCallersThatWantOneAddressOneGetsIt() throws Exception {
        for (var round = 0; round < 10; round++) {
            var ip = "192.0.2." + (100 + round);
            var name = "n" + round;
            var statuses = atOnce(
                    8,
                    (number, wire) -> wire.post(
                                    "/dhcp/192.0.2.0",
                                    "name=" + name + number + "&ip=" + ip + "&mac=52:54:00:00:00:0" + number)
                            .status());
            assertThat(statuses.stream().filter(status -> status == 200)).hasSize(1);
            assertThat(statuses.stream().filter(status -> status == 409)).hasSize(7);
            try (var wire = daemons.get(round % DAEMONS).https()) {
                assertThat(wire.request("DELETE", "/dhcp/192.0.2.0/ip/" + ip).status())
                        .isEqualTo(200);
                assertThat(wire.get("/dhcp/192.0.2.0/ip/" + ip).status()).isEqualTo(404);
            }
        }
    }

    @Test
    void ofEightCallersThatReserveOneMacOneGetsIt() throws Exception {
        var statuses = atOnce(
                8,
                (number, wire) -> wire.post(
                                "/dhcp/192.0.2.0",
                                "name=m" + number + "&ip=192.0.2.13" + number + "&mac=52:54:00:00:02:00")
                        .status());
        assertThat(statuses.stream().filter(status -> status == 200)).hasSize(1);
        assertThat(statuses.stream().filter(status -> status == 409)).hasSize(7);
    }

    @Test
    void whatOneDaemonDoesAnotherSees() throws Exception {
        try (var here = daemons.get(0).https();
                var there = daemons.get(1).https()) {
            var ip = unused(here, "192.0.2.0", "?mac=52:54:00:00:03:00");
            assertThat(unused(there, "192.0.2.0", "?mac=52:54:00:00:03:00")).isEqualTo(ip);
            assertThat(there.get("/dhcp/192.0.2.0/suggestions").body()).contains("\"" + ip + "\"");
            var form = "name=www.example.com&ip=" + ip + "&mac=52:54:00:00:03:00";
            assertThat(here.post("/dhcp/192.0.2.0", form).status()).isEqualTo(200);
            assertThat(there.post("/dhcp/192.0.2.0", form).status()).isEqualTo(200);
            assertThat(there.get("/dhcp/192.0.2.0/mac/52:54:00:00:03:00").body())
                    .contains(ip);
        }
    }

    @Test
    void healthAndMetricsShowTheDatabase() throws Exception {
        try (var wire = daemons.get(0).https()) {
            unused(wire, "192.0.2.0", "");
            assertThat(wire.get("/health").body())
                    .contains("store: state", "postgresql://127.0.0.1:" + postgres.port());
            assertThat(wire.get("/metrics").body()).contains("smart_proxy_backend_up{backend=\"store\"} 1");
        }
    }
}
