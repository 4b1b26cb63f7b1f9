package smartproxy.dhcp.kea;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import smartproxy.dhcp.Reservation6;

/** Kea 3.0 by itself, over TLS, with {@code host_cmds}. */
final class Kea6MemoryIT extends Kea6Contract {
    Kea6MemoryIT(@TempDir Path directory) throws Exception {
        super(directory, "3.0", "tls", Writing.MEMORY);
    }

    @Test
    @DisplayName(
            "when somebody else takes the address at the last moment, nothing is left of the half that Kea has added")
    void aHostThatKeaAddsInPartIsTakenBack() throws Exception {
        var wanted = wanted(duid());
        var thief = wanted(duid(), wanted.ips().get(0), "thief.example.com", "thief.example.com");
        var other = kea.provider6();
        var transport = kea.transport(kea.settings().dhcp6().orElseThrow());
        var late = new AtomicBoolean();
        var provider = kea.provider6((command, body, deadline) -> {
            if (command.equals("reservation-add") && !late.getAndSet(true)) {
                assertThat(other.create(thief, soon()).done()).isTrue();
            }
            return transport.send(command, body, deadline);
        });

        var creation = provider.create(wanted, soon());

        assertThat(late).isTrue();
        assertThat(creation.done()).isFalse();
        assertThat(creation.present()).extracting(Reservation6::client).containsExactly(thief.client());
        assertThat(all(fresh(), subnet()))
                .filteredOn(reservation -> reservation.ips().equals(wanted.ips()))
                .extracting(Reservation6::client)
                .containsExactly(thief.client());
    }

    @Test
    @DisplayName("a Kea that crashes before it wrote its file forgets the change: that is said")
    void aCrashBeforeTheWrite() throws Exception {
        aCrashBeforeTheWriteIsSaid();
    }
}
