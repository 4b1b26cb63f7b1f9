package smartproxy.dns;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import smartproxy.core.api.BackendException;
import smartproxy.core.api.BackendException.Kind;
import smartproxy.core.api.BackendException.Outcome;
import smartproxy.core.api.Deadline;
import smartproxy.dns.DnsProvider.Creation;
import smartproxy.dns.DnsProvider.Removal;

/**
 * One test for each promise of {@link DnsProvider} and for each {@link DnsAbility}, in both directions. The test of a provider
 * extends it and says where its server answers. Names are new in each test; nothing is expected of the zones besides.
 */
public abstract class DnsProviderContract {
    private static final long TTL = 321;
    private static final Duration WATCHDOG = Duration.ofSeconds(30);

    /** The provider under test, started. */
    protected abstract DnsProvider provider();

    /** A provider as another process would have it, over the same backend; asked for when {@link DnsAbility#ATOMIC} is declared. */
    protected abstract DnsProvider second();

    /** What its factory declares. */
    protected abstract Set<DnsAbility> abilities();

    /** The authoritative server that has the records. */
    protected abstract DnsClient server();

    /** A forward zone it serves. */
    protected DnsName zone() {
        return name("example.com");
    }

    /** A reverse zone for IPv4 it serves. */
    protected DnsName reverse4() {
        return name("2.0.192.in-addr.arpa");
    }

    /** A reverse zone for IPv6 it serves. */
    protected DnsName reverse6() {
        return name("8.b.d.0.1.0.0.2.ip6.arpa");
    }

    /** A zone it does not serve. */
    protected DnsName foreign() {
        return name("example.org");
    }

    /** What the server answers, read by an independent client. */
    protected List<DnsRecord> readBack(DnsName name, RecordType type) {
        return server().records(name, type);
    }

    protected static DnsName name(String text) {
        return DnsName.service(text).orElseThrow();
    }

    protected static Deadline soon() {
        return Deadline.in(Duration.ofSeconds(30));
    }

    private static DnsName fresh(DnsName zone) {
        return name("t" + UUID.randomUUID().toString().substring(0, 13) + "." + zone);
    }

    private DnsName fresh(RecordType type) {
        return fresh(type == RecordType.PTR ? reverse4() : zone());
    }

    /** Data of a type; those of another number differ. */
    private static String data(RecordType type, int number) {
        return switch (type) {
            case A -> "192.0.2." + number;
            case AAAA -> "2001:db8::" + number;
            case CNAME -> "alias" + number + ".example.com";
            case PTR -> "host" + number + ".example.com";
            case SRV -> number + " 5 5060 sip.example.com";
        };
    }

    private static DnsRecord record(DnsName name, RecordType type, int number) {
        return new DnsRecord(name, type, data(type, number), TTL);
    }

    private Creation create(DnsRecord record) {
        return provider().create(record, soon());
    }

    private void created(DnsRecord... records) {
        for (var record : records) {
            assertThat(create(record)).as("%s", record).isEqualTo(new Creation.Created());
        }
    }

    private Creation.Occupied occupied(DnsRecord record) {
        var creation = create(record);
        assertThat(creation).as("%s", record).isInstanceOf(Creation.Occupied.class);
        return (Creation.Occupied) creation;
    }

    private boolean can(RecordType type) {
        return switch (type) {
            case A, AAAA, PTR -> true;
            case CNAME -> abilities().contains(DnsAbility.CNAME);
            case SRV -> abilities().contains(DnsAbility.SRV);
        };
    }

    private void holds(DnsName name, RecordType type, DnsRecord... records) {
        assertThat(readBack(name, type).stream().map(this::promised))
                .as("%s %s", name, type)
                .containsExactlyInAnyOrderElementsOf(
                        Stream.of(records).map(this::promised).toList());
    }

    /** Without its TTL where that is the backend's affair. */
    private DnsRecord promised(DnsRecord record) {
        return abilities().contains(DnsAbility.TTL_OF_BACKEND)
                ? new DnsRecord(record.name(), record.type(), record.data(), 0)
                : record;
    }

    /** Not declared: refused as something the backend does not take, and nothing changed. */
    private void refuses(DnsRecord record) {
        var refused = catchThrowableOfType(BackendException.class, () -> create(record));
        assertThat(refused.kind()).isEqualTo(Kind.REJECTED);
        assertThat(refused.outcome()).isEqualTo(Outcome.NOT_APPLIED);
        holds(record.name(), record.type());
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("a created record is answered, with its TTL; what is not declared is refused")
    void createsWhatIsDeclared(RecordType type) {
        var record = record(fresh(type), type, 1);
        if (can(type)) {
            created(record);
            holds(record.name(), type, record);
        } else {
            refuses(record);
        }
    }

    @Test
    void createsPtrInTheReverseZoneOfIpv6() {
        var record = record(fresh(reverse6()), RecordType.PTR, 1);
        created(record);
        holds(record.name(), RecordType.PTR, record);
    }

    @Test
    void createsDeepBelowTheApex() {
        var record = record(name("a.b." + fresh(zone())), RecordType.A, 1);
        created(record);
        holds(record.name(), RecordType.A, record);
    }

    @ParameterizedTest
    @EnumSource(names = {"A", "AAAA", "PTR", "CNAME"})
    @DisplayName("an equal record is in the way, and shown")
    void equalIsOccupied(RecordType type) {
        var record = record(fresh(type), type, 1);
        if (can(type)) {
            created(record);
            assertThat(occupied(record).present())
                    .usingElementComparator(bySameness())
                    .containsExactly(record);
            holds(record.name(), type, record);
        } else {
            refuses(record);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"A", "AAAA", "PTR", "CNAME"})
    @DisplayName("another record of the type is in the way, and shown; nothing is changed")
    void otherIsOccupied(RecordType type) {
        var record = record(fresh(type), type, 1);
        if (can(type)) {
            created(record);
            var serial = server().serial(zone());
            assertThat(occupied(record(record.name(), type, 2)).present())
                    .usingElementComparator(bySameness())
                    .containsExactly(record);
            holds(record.name(), type, record);
            assertThat(server().serial(zone())).isEqualTo(serial);
        } else {
            refuses(record);
        }
    }

    private static Comparator<DnsRecord> bySameness() {
        return (one, other) -> one.isSameAs(other) ? 0 : one.toString().compareTo(other.toString());
    }

    @Test
    void anAddressOfTheOtherFamilyIsNotInTheWay() {
        var name = fresh(zone());
        created(record(name, RecordType.A, 1), record(name, RecordType.AAAA, 1));
        holds(name, RecordType.A, record(name, RecordType.A, 1));
        holds(name, RecordType.AAAA, record(name, RecordType.AAAA, 1));
    }

    @Test
    void namesAreComparedWithoutCase() {
        var name = fresh(zone());
        created(record(name, RecordType.A, 1));
        assertThat(occupied(record(upper(name), RecordType.A, 2)).present()).hasSize(1);
        holds(upper(name), RecordType.A, record(name, RecordType.A, 1));
        assertThat(provider().remove(upper(name), RecordType.A, soon())).isEqualTo(Removal.REMOVED);
        holds(name, RecordType.A);
    }

    private static DnsName upper(DnsName name) {
        return name(name.toString().toUpperCase(Locale.ROOT));
    }

    @Test
    @DisplayName("the case of names is kept, or it is the lower one where that is declared")
    void theCaseOfNamesIsAsDeclared() {
        var owner = name("Mixed-" + fresh(reverse4()));
        created(new DnsRecord(owner, RecordType.PTR, "Host1.Example.com", TTL));
        var read = readBack(name(owner.key()), RecordType.PTR);
        assertThat(read).hasSize(1);
        if (abilities().contains(DnsAbility.LOWER_CASE)) {
            assertThat(read.get(0).name()).hasToString(owner.key());
            assertThat(read.get(0).data()).isEqualToIgnoringCase("Host1.Example.com");
        } else {
            assertThat(read.get(0).name()).hasToString(owner.toString());
            assertThat(read.get(0).data()).isEqualTo("Host1.Example.com");
        }
    }

    @Test
    @DisplayName("the TTL is the record's, or the backend's for all where that is declared")
    void theTtlIsAsDeclared() {
        var read = new ArrayList<Long>();
        for (var ttl : List.of(TTL, TTL + 1)) {
            var record = new DnsRecord(fresh(zone()), RecordType.A, data(RecordType.A, 1), ttl);
            created(record);
            readBack(record.name(), RecordType.A).forEach(there -> read.add(there.ttl()));
        }
        assertThat(read).hasSize(2);
        if (abilities().contains(DnsAbility.TTL_OF_BACKEND)) {
            assertThat(read.get(0)).isEqualTo(read.get(1));
        } else {
            assertThat(read).containsExactly(TTL, TTL + 1);
        }
    }

    @Test
    @DisplayName("SRV records join; an equal one is created too, and there once")
    void srvJoins() {
        var name = name("_sip._tcp." + fresh(zone()));
        var first = record(name, RecordType.SRV, 1);
        var second = record(name, RecordType.SRV, 2);
        if (can(RecordType.SRV)) {
            created(first, second, first);
            holds(name, RecordType.SRV, first, second);
        } else {
            refuses(first);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"A", "AAAA", "PTR", "SRV"})
    void aCnameIsInTheWay(RecordType type) {
        var alias = record(fresh(zone()), RecordType.CNAME, 1);
        if (can(RecordType.CNAME) && can(type)) {
            created(alias);
            assertThat(occupied(record(alias.name(), type, 1)).present()).isEmpty();
            holds(alias.name(), RecordType.CNAME, alias);
        } else {
            refuses(can(type) ? alias : record(alias.name(), type, 1));
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"A", "AAAA", "PTR", "SRV"})
    void anythingIsInTheWayOfACname(RecordType type) {
        var name = fresh(zone());
        if (can(RecordType.CNAME) && can(type)) {
            created(record(name, type, 1));
            assertThat(occupied(record(name, RecordType.CNAME, 1)).present()).isEmpty();
            holds(name, type, record(name, type, 1));
            holds(name, RecordType.CNAME);
        } else {
            refuses(record(name, can(type) ? RecordType.CNAME : type, 1));
        }
    }

    @Test
    @DisplayName("what is in the way behind one CNAME is shown")
    void showsWhatIsBehindACname() {
        var target = fresh(zone());
        var alias = new DnsRecord(fresh(zone()), RecordType.CNAME, target.toString(), TTL);
        if (can(RecordType.CNAME)) {
            created(record(target, RecordType.A, 1), alias);
            assertThat(occupied(record(alias.name(), RecordType.A, 2)).present())
                    .extracting(DnsRecord::data)
                    .containsExactly(data(RecordType.A, 1));
        } else {
            refuses(alias);
        }
    }

    @Test
    void theApexTakesAddressesAndNoCname() {
        assertThat(provider().remove(zone(), RecordType.AAAA, soon())).isNotNull();
        var address = record(zone(), RecordType.AAAA, 99);
        created(address);
        holds(zone(), RecordType.AAAA, address);
        if (can(RecordType.CNAME)) {
            assertThat(occupied(record(zone(), RecordType.CNAME, 1)).present()).isEmpty();
        } else {
            refuses(record(zone(), RecordType.CNAME, 1));
        }
        assertThat(provider().remove(zone(), RecordType.AAAA, soon())).isEqualTo(Removal.REMOVED);
    }

    @ParameterizedTest
    @EnumSource
    void removesWhatIsThereAndSaysWhatIsNot(RecordType type) {
        var record = record(fresh(type), type, 1);
        assertThat(provider().remove(record.name(), type, soon())).isEqualTo(Removal.ABSENT);
        if (can(type)) {
            created(record);
            assertThat(provider().remove(record.name(), type, soon())).isEqualTo(Removal.REMOVED);
            holds(record.name(), type);
            assertThat(provider().remove(record.name(), type, soon())).isEqualTo(Removal.ABSENT);
            created(record(record.name(), type, 2));
        }
    }

    @Test
    void removesAllRecordsOfTheType() {
        var name = name("_sip._udp." + fresh(zone()));
        if (can(RecordType.SRV)) {
            created(record(name, RecordType.SRV, 1), record(name, RecordType.SRV, 2));
            assertThat(provider().remove(name, RecordType.SRV, soon())).isEqualTo(Removal.REMOVED);
            holds(name, RecordType.SRV);
        } else {
            refuses(record(name, RecordType.SRV, 1));
        }
    }

    @Test
    void removingLeavesNeighboursAlone() {
        var name = fresh(zone());
        var gone = record(name, RecordType.A, 1);
        var otherType = record(name, RecordType.AAAA, 1);
        var below = record(name("below." + name), RecordType.A, 1);
        var beside = record(name("x" + name), RecordType.A, 1);
        created(gone, otherType, below, beside);
        assertThat(provider().remove(name, RecordType.A, soon())).isEqualTo(Removal.REMOVED);
        holds(name, RecordType.A);
        for (var left : List.of(otherType, below, beside)) {
            holds(left.name(), left.type(), left);
        }
    }

    @Test
    void creatingLeavesNeighboursAlone() {
        var name = fresh(zone());
        var below = record(name("below." + name), RecordType.A, 1);
        created(below, record(name, RecordType.A, 2));
        holds(below.name(), RecordType.A, below);
    }

    @Test
    void aNameOutsideTheZonesIsRejected() {
        var serial = server().serial(zone());
        var record = record(fresh(foreign()), RecordType.A, 1);
        var create = catchThrowableOfType(BackendException.class, () -> create(record));
        var remove = catchThrowableOfType(
                BackendException.class, () -> provider().remove(record.name(), RecordType.A, soon()));
        for (var refused : List.of(Optional.ofNullable(create), Optional.ofNullable(remove))) {
            assertThat(refused).get().extracting(BackendException::kind).isEqualTo(Kind.REJECTED);
            assertThat(refused).get().extracting(BackendException::outcome).isEqualTo(Outcome.NOT_APPLIED);
        }
        assertThat(server().serial(zone())).isEqualTo(serial);
    }

    @Test
    void aCallWithoutTimeLeftEndsAtOnce() {
        var record = record(fresh(zone()), RecordType.A, 1);
        var late = assertTimeoutPreemptively(
                WATCHDOG,
                () -> catchThrowableOfType(
                        BackendException.class, () -> provider().create(record, Deadline.in(Duration.ZERO))));
        assertThat(late).isNotNull();
        if (late.outcome() == Outcome.NOT_APPLIED) {
            holds(record.name(), RecordType.A);
        }
    }

    @Test
    void ofCallsForOneNameOneCreates() throws Exception {
        oneCreates(List.of(provider()));
    }

    @Test
    void ofTwoProcessesOneCreates() throws Exception {
        oneCreates(abilities().contains(DnsAbility.ATOMIC) ? List.of(provider(), second()) : List.of(provider()));
    }

    /** At once when that is declared, else one after the other, as the service calls. */
    private void oneCreates(List<DnsProvider> processes) throws Exception {
        var name = fresh(zone());
        var atOnce = abilities().contains(DnsAbility.ATOMIC) ? 8 : 1;
        var creations = new ArrayList<Creation>();
        for (var round = 0; round < 8 / atOnce; round++) {
            var first = round * atOnce;
            creations.addAll(together(
                    atOnce,
                    number -> processes
                            .get(number % processes.size())
                            .create(record(name, RecordType.A, first + number + 1), soon())));
        }
        assertThat(creations).hasSize(8);
        assertThat(creations).filteredOn(Creation.Created.class::isInstance).hasSize(1);
        assertThat(readBack(name, RecordType.A)).hasSize(1);
    }

    @Test
    void callsForDifferentNamesAllCreate() throws Exception {
        var zone = name(fresh(zone()).toString());
        var creations = together(
                64, number -> provider().create(record(name("n" + number + "." + zone), RecordType.A, 1), soon()));
        assertThat(creations).hasSize(64).containsOnly(new Creation.Created());
        for (var number = 0; number < 64; number++) {
            var record = record(name("n" + number + "." + zone), RecordType.A, 1);
            holds(record.name(), RecordType.A, record);
        }
    }

    private interface Numbered {
        Creation run(int number);
    }

    private static List<Creation> together(int calls, Numbered call) throws Exception {
        var threads = Executors.newFixedThreadPool(calls);
        try {
            var ready = new CountDownLatch(calls);
            var futures = new ArrayList<Future<Creation>>();
            for (var number = 0; number < calls; number++) {
                var mine = number;
                Callable<Creation> task = () -> {
                    ready.countDown();
                    ready.await();
                    return call.run(mine);
                };
                futures.add(threads.submit(task));
            }
            var creations = new ArrayList<Creation>();
            for (var future : futures) {
                creations.add(future.get(WATCHDOG.toSeconds(), TimeUnit.SECONDS));
            }
            return creations;
        } finally {
            threads.shutdownNow();
        }
    }
}
