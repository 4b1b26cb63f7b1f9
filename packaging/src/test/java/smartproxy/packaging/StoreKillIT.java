package smartproxy.packaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import smartproxy.core.store.LabPostgres;

/** kill -9 while addresses are suggested: none is suggested twice, and none that was answered is forgotten. */
@Timeout(900)
@Execution(ExecutionMode.CONCURRENT)
class StoreKillIT {
    private static final int CLIENTS = 8;
    private static final int KILLS_OF_SQLITE = 8;
    private static final int KILLS_OF_POSTGRES = 7;

    /** A daemon is killed after one to so many further answers. */
    private static final int ANSWERS_BETWEEN_KILLS = 300;

    private static final String NETWORK = "10.64.0.0";
    private static final Pattern ADDRESS = Pattern.compile("\\{\"ip\":\"([0-9.]+)\"\\}");

    /** Many starts: with a class-data archive each costs half as much. */
    @TempDir
    static Path archive;

    @TempDir
    Path directory;

    private final ExecutorService threads = Executors.newCachedThreadPool();

    /** Answered, by address: the MAC it was for, or nothing. */
    private final Map<String, String> answered = new ConcurrentHashMap<>();

    private final AtomicInteger lastMac = new AtomicInteger();

    private final Set<String> twice = ConcurrentHashMap.newKeySet();

    /** So many calls may still be made: what is to be checked after a kill does not grow with the machine's speed. */
    private final Semaphore calls = new Semaphore(0, true);

    private static Map<String, String> environment() {
        return Map.of("SMART_PROXY_CACHE", archive.resolve("cache").toString());
    }

    @BeforeAll
    static void makeArchive() throws Exception {
        Files.createDirectory(archive.resolve("cache"));
        var made = site(archive.resolve("site")).command(environment(), "archive");
        assertThat(made.status()).as(made.toString()).isZero();
    }

    private Site site(String name) throws Exception {
        return site(directory.resolve(name));
    }

    private static Site site(Path directory) throws Exception {
        return Site.in(Files.createDirectories(directory))
                .module("dhcp", ":enabled: https", ":use_provider: dhcp_embedded", ":ping_free_ip: false")
                .module("dhcp_embedded", ":networks: [" + NETWORK + "/12]", ":blacklist_duration_minutes: 36000");
    }

    /** Returns when dhcp runs: on a busy machine the database may answer the daemon's start too late, and dhcp comes a moment after. */
    private DaemonProcess start(Site site) throws Exception {
        var daemon = site.start(environment());
        await().atMost(Duration.ofSeconds(60))
                .until(() ->
                        site.foreman().get("/dhcp/" + NETWORK + "/suggestions").statusCode() == 200);
        return daemon;
    }

    /** Clients that ask until the daemon is gone. */
    private List<Future<?>> load(Site site) {
        var running = new ArrayList<Future<?>>();
        for (var client = 0; client < CLIENTS; client++) {
            var withMac = client % 2 == 0;
            running.add(threads.submit(() -> ask(site.foreman(), withMac)));
        }
        return running;
    }

    /** One that was not asked for before: the same MAC would get the same address. */
    private String nextMac() {
        var number = String.format("%08x", lastMac.incrementAndGet());
        return "52:54:" + number.replaceAll("(..)(?=.)", "$1:");
    }

    private void ask(ApiClient foreman, boolean withMac) {
        try {
            while (true) {
                calls.acquireUninterruptibly();
                var mac = withMac ? nextMac() : "";
                var answer = foreman.get("/dhcp/" + NETWORK + "/unused_ip" + (mac.isEmpty() ? "" : "?mac=" + mac));
                if (answer.statusCode() == 503) {
                    calls.release(); // nothing was suggested: on a busy machine the database may not answer in time
                    continue;
                }
                var address = ADDRESS.matcher(answer.body());
                assertThat(address.matches())
                        .as(answer.statusCode() + " " + answer.body())
                        .isTrue();
                var before = answered.put(address.group(1), mac);
                if (before != null) {
                    twice.add(address.group(1) + " to '" + before + "' and to '" + mac + "'");
                }
            }
        } catch (UncheckedIOException e) {
            // killed
        }
    }

    private void killSomewhere(DaemonProcess daemon, List<Future<?>> load) throws Exception {
        calls.drainPermits();
        var enough = answered.size() + ThreadLocalRandom.current().nextInt(1, ANSWERS_BETWEEN_KILLS);
        calls.release(ANSWERS_BETWEEN_KILLS + 2 * CLIENTS);
        await().atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(2))
                .until(() -> answered.size() >= enough || load.stream().anyMatch(Future::isDone));
        daemon.kill();
        await().atMost(Duration.ofSeconds(60)).until(() -> {
            calls.release(4 * CLIENTS); // who waits for its turn shall see that it is gone
            return load.stream().allMatch(Future::isDone);
        });
        for (var client : load) {
            client.get();
        }
    }

    private void assertKept(Site site) {
        var told = Map.copyOf(answered); // another daemon may go on
        var forgotten = new HashSet<>(told.keySet()); // containsAll of AssertJ would take quadratic time
        site.foreman()
                .json("/dhcp/" + NETWORK + "/suggestions")
                .forEach(one -> forgotten.remove(one.path("ip").asText()));
        assertThat(twice).as("suggested twice").isEmpty();
        assertThat(forgotten).as("answered, and suggested no longer").isEmpty();
        told.entrySet().stream()
                .filter(one -> !one.getValue().isEmpty())
                .limit(3)
                .forEach(one -> assertThat(site.foreman()
                                .get("/dhcp/" + NETWORK + "/unused_ip?mac=" + one.getValue())
                                .body())
                        .isEqualTo("{\"ip\":\"" + one.getKey() + "\"}"));
    }

    private void killWithSqlite(int kills) throws Exception {
        var site = site("sqlite");
        for (var kill = 0; kill <= kills; kill++) {
            try (var daemon = start(site)) {
                assertKept(site);
                if (kill < kills) {
                    killSomewhere(daemon, load(site));
                }
            }
        }
        System.out.printf("StoreKillIT: SQLite, %d kills, %d addresses answered%n", kills, answered.size());
        assertThat(answered).hasSizeGreaterThan(kills);
    }

    /** Of two daemons one is killed, while the other goes on. */
    private void killWithPostgres(int kills) throws Exception {
        try (var postgres = LabPostgres.start(directory.resolve("postgres"))) {
            var first = site("first");
            var second = site("second");
            postgres.settings().forEach((key, value) -> {
                first.set(key, value);
                second.set(key, value);
            });
            try (var steady = start(first)) {
                var load = load(first);
                for (var kill = 0; kill < kills; kill++) {
                    try (var daemon = start(second)) {
                        assertKept(second);
                        killSomewhere(daemon, load(second));
                    }
                }
                assertThat(steady.isAlive()).isTrue();
                killSomewhere(steady, load);
            }
            try (var daemon = start(second)) {
                assertKept(second);
                assertThat(daemon.isAlive()).isTrue();
            }
        }
        System.out.printf("StoreKillIT: PostgreSQL, %d kills, %d addresses answered%n", kills + 1, answered.size());
        assertThat(answered).hasSizeGreaterThan(kills);
    }

    @Test
    void noSuggestionIsLostOrGivenTwiceWithSqlite() throws Exception {
        killWithSqlite(KILLS_OF_SQLITE);
    }

    @Test
    void noSuggestionIsLostOrGivenTwiceWithPostgres() throws Exception {
        killWithPostgres(KILLS_OF_POSTGRES - 1);
    }

    @Test
    @Tag("long")
    @Timeout(7200)
    void fiveHundredKillsWithSqlite() throws Exception {
        killWithSqlite(Integer.getInteger("kills", 500));
    }

    @Test
    @Tag("long")
    @Timeout(7200)
    void fiveHundredKillsWithPostgres() throws Exception {
        killWithPostgres(Integer.getInteger("kills", 500));
    }
}
