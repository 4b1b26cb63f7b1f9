package smartproxy.dns;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import smartproxy.core.api.Backend;
import smartproxy.core.api.BackendException;
import smartproxy.core.api.BackendException.Kind;
import smartproxy.core.api.BackendException.Outcome;
import smartproxy.core.api.BusyException;
import smartproxy.core.api.CallerException;
import smartproxy.core.api.Deadline;
import smartproxy.core.api.Operation;

class DnsServiceTest {
    private static final DnsRecord A = record("host.example.com", RecordType.A, "192.0.2.1");

    private final FakeProvider provider = new FakeProvider();

    @Test
    void createsWhatIsNotThere() {
        service(Set.of()).create(A, soon());
        assertThat(provider.created).containsExactly(A);
    }

    @Test
    void leavesAnEqualRecordAlone() {
        provider.present = List.of(
                record("HOST.example.com", RecordType.A, "192.0.2.9"),
                record("HOST.example.com", RecordType.A, "192.0.2.1"));
        assertThatCode(() -> service(Set.of()).create(A, soon())).doesNotThrowAnyException();
    }

    @Test
    void comparesTargetsWithoutCase() {
        provider.present = List.of(record("c.example.com", RecordType.CNAME, "TARGET.example.com"));
        assertThatCode(() -> service(Set.of(DnsAbility.CNAME))
                        .create(record("c.example.com", RecordType.CNAME, "target.example.com"), soon()))
                .doesNotThrowAnyException();
    }

    @Test
    void reportsConflictsInTheWordsOfTheReference() {
        provider.present = List.of(record("host.example.com", RecordType.A, "192.0.2.9"));
        assertConflict(A, "'host.example.com 'is already in use");
        provider.present = List.of();
        assertConflict(
                record("1.2.0.192.in-addr.arpa", RecordType.PTR, "host.example.com"),
                "'1.2.0.192.in-addr.arpa' is already in use");
    }

    @Test
    void treatsAbsentAsTheProviderDeclares() {
        assertThatCode(() -> service(Set.of()).remove(A.name(), RecordType.A, soon()))
                .doesNotThrowAnyException();
        assertThatThrownBy(() -> service(Set.of(DnsAbility.ABSENT_IS_NOT_FOUND)).remove(A.name(), RecordType.A, soon()))
                .isInstanceOfSatisfying(
                        CallerException.class, e -> assertThat(e.status()).isEqualTo(404));
    }

    @Test
    void refusesTypesTheProviderDoesNotDeclare() {
        var srv = record("_s._tcp.example.com", RecordType.SRV, "1 1 1 a");
        assertThatThrownBy(() -> service(Set.of()).create(srv, soon()))
                .hasMessage("Creation of SRV records not implemented");
        assertThatThrownBy(() -> service(Set.of()).remove(A.name(), RecordType.CNAME, soon()))
                .hasMessage("Deletion of CNAME records not implemented");
        assertThat(provider.created).isEmpty();
    }

    @Test
    void runsOneChangeOfANameAtATimeWhateverItsType() throws Exception {
        var service = service(Set.of());
        var inside = new CountDownLatch(1);
        var go = new CountDownLatch(1);
        provider.onCreate = () -> {
            inside.countDown();
            await(go);
        };
        var pool = Executors.newFixedThreadPool(2);
        try {
            var first = pool.submit(() -> service.create(A, soon()));
            await(inside);
            provider.onCreate = () -> {};
            var short_ = Deadline.in(Duration.ofMillis(50));
            assertThatThrownBy(() ->
                            service.remove(DnsName.host("HOST.example.com").orElseThrow(), RecordType.AAAA, short_))
                    .isInstanceOf(BusyException.class);
            service.create(record("other.example.com", RecordType.A, "192.0.2.2"), soon());
            go.countDown();
            first.get(10, TimeUnit.SECONDS);
        } finally {
            pool.shutdownNow();
        }
        assertThat(provider.created).extracting(DnsRecord::name).hasToString("[other.example.com, host.example.com]");
    }

    @ParameterizedTest
    @CsvSource({
        "UNAVAILABLE, NOT_APPLIED, away, away; nothing was changed",
        "TIMEOUT, NOT_APPLIED, slow, slow; nothing was changed",
        "UNAVAILABLE, NOT_APPLIED, nothing was changed by it, nothing was changed by it",
        "TIMEOUT, UNKNOWN, slow, slow",
        "REJECTED, NOT_APPLIED, no, no",
    })
    void tellsThatNothingWasChangedWhereThatIsKnown(Kind kind, Outcome outcome, String said, String told) {
        var failure = new BackendException(kind, outcome, said, null);
        provider.onCreate = () -> {
            throw failure;
        };
        assertThatThrownBy(() -> service(Set.of()).create(A, soon()))
                .isInstanceOfSatisfying(BackendException.class, e -> {
                    assertThat(e.kind()).isEqualTo(kind);
                    assertThat(e.outcome()).isEqualTo(outcome);
                })
                .hasMessage(told);
    }

    @Test
    void givesItsPermitBackWhateverHappens() {
        var backend = new CountingBackend();
        var service = new DnsService(provider, Set.of(), backend);
        service.create(A, soon());
        provider.present = List.of();
        assertThatThrownBy(() -> service.create(A, soon())).isInstanceOf(CallerException.class);
        assertThat(backend.taken).isEqualTo(2);
        assertThat(backend.held).isZero();
    }

    private void assertConflict(DnsRecord record, String message) {
        assertThatThrownBy(() -> service(Set.of()).create(record, soon()))
                .isInstanceOfSatisfying(
                        CallerException.class, e -> assertThat(e.status()).isEqualTo(409))
                .hasMessage(message);
    }

    private DnsService service(Set<DnsAbility> abilities) {
        return new DnsService(provider, abilities, new CountingBackend());
    }

    private static DnsRecord record(String name, RecordType type, String data) {
        return new DnsRecord(DnsName.service(name).orElseThrow(), type, data, 60);
    }

    private static Deadline soon() {
        return Deadline.in(Duration.ofSeconds(10));
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(10, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static final class FakeProvider implements DnsProvider {
        private final List<DnsRecord> created = new ArrayList<>();
        private @Nullable List<DnsRecord> present;
        private volatile Runnable onCreate = () -> {};

        @Override
        public Creation create(DnsRecord record, Deadline deadline) {
            onCreate.run();
            if (present != null) {
                return new Creation.Occupied(present);
            }
            synchronized (created) {
                created.add(record);
            }
            return new Creation.Created();
        }

        @Override
        public Removal remove(DnsName name, RecordType type, Deadline deadline) {
            return Removal.ABSENT;
        }
    }

    private static final class CountingBackend implements Backend {
        private int taken;
        private int held;

        @Override
        public String name() {
            return "fake";
        }

        @Override
        public synchronized Permit admit() {
            taken++;
            held++;
            return () -> held--;
        }

        @Override
        public <T> T call(Operation operation, Deadline deadline, Attempt<T> attempt) {
            throw new AssertionError("the service calls no backend");
        }
    }
}
