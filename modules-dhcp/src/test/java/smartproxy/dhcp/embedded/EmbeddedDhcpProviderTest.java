package smartproxy.dhcp.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import smartproxy.core.api.BackendException;
import smartproxy.core.api.BackendException.Kind;
import smartproxy.core.api.BackendException.Outcome;
import smartproxy.core.api.CommitUnknownException;
import smartproxy.core.api.Deadline;
import smartproxy.core.api.Store;
import smartproxy.core.store.SqliteStore;
import smartproxy.dhcp.DhcpProvider;
import smartproxy.dhcp.DhcpProvider.Creation;
import smartproxy.dhcp.Ipv4;
import smartproxy.dhcp.MacAddress;
import smartproxy.dhcp.NewReservation;
import smartproxy.dhcp.Reservation;
import smartproxy.dhcp.Subnet;
import smartproxy.dhcp.TestContext;

/** A store that fails before or after a change, and reservations that it is not for. */
final class EmbeddedDhcpProviderTest {
    private static final Subnet SUBNET = new Subnet(Ipv4.of("192.0.2.0"), 24, Map.of());
    private static final MacAddress MAC = MacAddress.of("02:00:00:00:00:01");

    @TempDir
    private Path directory;

    private SqliteStore store;
    private EmbeddedDhcpProvider provider;

    /** Done around each transaction, when there is something. */
    private Runnable before = () -> {};

    private Optional<SQLException> after = Optional.empty();

    @BeforeEach
    void start() throws Exception {
        store = SqliteStore.open(directory);
        var settings = new EmbeddedDhcpSettings(List.of(SUBNET), DhcpProvider.SUGGESTION_TIME);
        provider = new EmbeddedDhcpProvider(settings, new TestContext(EmbeddedFactory.NAME, new Failing()));
        provider.start();
    }

    @AfterEach
    void stop() throws SQLException {
        store.close();
    }

    /** The real one with failures. */
    private final class Failing implements Store {
        @Override
        public void migrate(String owner, List<String> statements) throws SQLException {
            store.migrate(owner, statements);
        }

        @Override
        public <T> T transaction(Work<T> work) throws SQLException {
            before.run();
            var result = store.transaction(connection -> {
                var done = work.run(connection);
                if (after.isPresent() && !(after.get() instanceof CommitUnknownException)) {
                    throw after.get();
                }
                return done;
            });
            if (after.isPresent()) {
                throw after.get();
            }
            return result;
        }
    }

    private static Deadline soon() {
        return Deadline.in(Duration.ofSeconds(10));
    }

    private static NewReservation wanted(Subnet subnet, String ip) {
        var options = Map.<String, Object>of(Reservation.HOSTNAME, "a");
        return new NewReservation(
                new Reservation(subnet, "a", Ipv4.of(ip), MAC, true, options), Optional.empty(), Set.of());
    }

    private BackendException refused(Subnet subnet, String ip, Deadline deadline) {
        var refused = catchThrowableOfType(BackendException.class, () -> provider.create(wanted(subnet, ip), deadline));
        assertThat(refused).isNotNull();
        return refused;
    }

    private Optional<Reservation> stored() {
        return provider.view(soon()).reservation(SUBNET, MAC);
    }

    private void drop() {
        try {
            store.transaction(connection -> {
                try (var statement = connection.createStatement()) {
                    return statement.execute("DROP TABLE dhcp_embedded_reservation");
                }
            });
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    @DisplayName("a reservation in no subnet of the settings, or outside its own, is refused and not stored")
    void isForItsSubnetsAlone() {
        for (var subnet : List.of(new Subnet(Ipv4.of("198.51.100.0"), 24, Map.of()), SUBNET)) {
            var refused = refused(subnet, "198.51.100.7", soon());
            assertThat(refused.outcome()).isEqualTo(Outcome.NOT_APPLIED);
            assertThat(refused)
                    .hasMessageContaining(
                            "no subnet for it; :networks: in dhcp_embedded.yml has" + " [192.0.2.0/255.255.255.0]");
        }
        assertThat(stored()).isEmpty();
    }

    @Test
    @DisplayName("what gets the store when its time is over changes nothing")
    void noTimeIsLeft() {
        var deadline = Deadline.in(Duration.ofMillis(300));
        before = () -> await().until(deadline::expired);
        var late = refused(SUBNET, "192.0.2.7", deadline);
        assertThat(late.kind()).isEqualTo(Kind.TIMEOUT);
        assertThat(late.outcome()).isEqualTo(Outcome.NOT_APPLIED);
        assertThat(late).hasMessageContaining("no time was left; nothing was changed");
        before = () -> {};
        assertThat(stored()).isEmpty();
    }

    @Test
    @DisplayName("a reservation that another daemon has removed meanwhile is not made again by a change of its options")
    void whatWasRemovedMeanwhileStaysRemoved() {
        var present = wanted(SUBNET, "192.0.2.7").reservation();
        var more = new NewReservation(present.withOptions(Map.of("ztp_firmware", "x")), Optional.empty(), Set.of());
        provider.create(wanted(SUBNET, "192.0.2.7"), soon());
        before = () -> {
            before = () -> {};
            provider.remove(present, soon());
        };
        var refused = catchThrowableOfType(BackendException.class, () -> provider.change(present, more, soon()));
        assertThat(stored()).isEmpty();
        assertThat(refused).hasMessageEndingWith(": it is not in the store any more; nothing was changed");
        assertThat(refused.outcome()).isEqualTo(Outcome.NOT_APPLIED);
    }

    @Test
    @DisplayName("a change of vendor options takes nothing else that was sent with them")
    void vendorOptionsAlone() {
        var present = wanted(SUBNET, "192.0.2.7").reservation();
        provider.create(wanted(SUBNET, "192.0.2.7"), soon());
        var sent = present.withOptions(
                Map.of(Reservation.HOSTNAME, "A", "ztp_firmware", "x", "<V>root_path_name", "/a", "other", "y"));
        provider.change(present, new NewReservation(sent, Optional.empty(), Set.of()), soon());
        assertThat(stored().orElseThrow().options())
                .isEqualTo(Map.of(Reservation.HOSTNAME, "a", "ztp_firmware", "x", "<V>root_path_name", "/a"));
    }

    @Test
    @DisplayName("a list of several pages is whole and in order, with siblings that share the last address of a page")
    void aListOfSeveralPages() throws Exception {
        var large = new Subnet(Ipv4.of("10.20.0.0"), 16, Map.of());
        var all = new ArrayList<Reservation>();
        for (var n = 1; n <= 1100; n++) {
            all.add(of(large, n, "02:00:00:00:%02x:%02x".formatted(n / 256, n % 256)));
            if (n == 500) {
                all.add(of(large, n, "02:00:00:01:00:00"));
            }
        }
        var table = new ReservationTable(store);
        store.transaction(connection -> {
            for (var n = all.size(); n > 0; n--) {
                table.insert(connection, all.get(n - 1));
            }
            return true;
        });
        var shown = new ArrayList<Reservation>();
        new EmbeddedView(List.of(large), table).eachReservation(large, shown::add);
        assertThat(shown).isEqualTo(all);
    }

    private static Reservation of(Subnet subnet, int n, String mac) {
        return new Reservation(
                subnet, "h" + n, Ipv4.of(subnet.network().value() + n), MacAddress.of(mac), true, Map.of());
    }

    @Test
    @DisplayName("as long as the used addresses are the same they are the same object, by which a search knows it")
    void theSameAddressesAreTheSameObject() {
        provider.create(wanted(SUBNET, "192.0.2.7"), soon());
        var before = provider.view(soon()).used(SUBNET);
        assertThat(provider.view(soon()).used(SUBNET)).isSameAs(before);
        provider.remove(wanted(SUBNET, "192.0.2.7").reservation(), soon());
        assertThat(provider.view(soon()).used(SUBNET)).isNotSameAs(before);
    }

    @Test
    @DisplayName("a failure before the change leaves nothing; one at the end leaves unknown what is there")
    void theStoreFails() {
        after = Optional.of(new SQLException("the disk is full"));
        var undone = refused(SUBNET, "192.0.2.7", soon());
        assertThat(undone.outcome()).isEqualTo(Outcome.NOT_APPLIED);
        assertThat(undone).hasMessageEndingWith("the store failed: the disk is full; nothing was changed");
        after = Optional.of(new CommitUnknownException("no answer of the commit", new SQLException()));
        var unknown = refused(SUBNET, "192.0.2.7", soon());
        assertThat(unknown.outcome()).isEqualTo(Outcome.UNKNOWN);
        assertThat(unknown)
                .hasMessageContaining(
                        "the store failed: no answer of the commit; whether the change was made is unknown");
        after = Optional.empty();
        assertThat(stored()).isPresent();
        drop();
        var refused = refused(SUBNET, "192.0.2.7", soon());
        assertThat(refused.outcome()).isEqualTo(Outcome.NOT_APPLIED);
        assertThat(refused.kind()).isEqualTo(Kind.UNAVAILABLE);
        assertThat(refused).hasMessageContaining("the store failed: ").hasMessageEndingWith("; nothing was changed");
    }

    @Test
    @DisplayName("a store that cannot be read is said to be away, and not to have nothing")
    void theStoreCannotBeRead() {
        drop();
        var away = catchThrowableOfType(BackendException.class, this::stored);
        assertThat(away.kind()).isEqualTo(Kind.UNAVAILABLE);
        assertThat(away).hasMessageContaining("dhcp_embedded: the store cannot be read: ");
    }

    @Test
    @DisplayName("a row of another version is named by its MAC")
    void aRowThatCannotBeRead() throws Exception {
        assertThat(provider.create(wanted(SUBNET, "192.0.2.7"), soon())).isInstanceOf(Creation.Created.class);
        store.transaction(connection -> {
            try (var statement = connection.createStatement()) {
                return statement.executeUpdate("UPDATE dhcp_embedded_reservation SET options = 'none'");
            }
        });
        assertThat(catchThrowableOfType(BackendException.class, this::stored))
                .hasMessageContaining("holds a row this version cannot read: 02:00:00:00:00:01");
    }
}
