package smartproxy.core.modules;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import org.junit.jupiter.api.Test;

class CountedResourcesTest {
    private final CountedResources resources = new CountedResources();

    private static final class Socket implements AutoCloseable {
        private int closed;

        @Override
        public void close() {
            closed++;
        }
    }

    @Test
    void sharesUntilTheLastUserCloses() throws Exception {
        var first = resources.acquire("udp 53", Socket.class, Socket::new);
        var second = resources.acquire("udp 53", Socket.class, () -> {
            throw new AssertionError("made twice");
        });
        var socket = first.get();
        assertThat(second.get()).isSameAs(socket);
        first.close();
        first.close();
        assertThat(socket.closed).isZero();
        second.close();
        assertThat(socket.closed).isEqualTo(1);
        try (var third = resources.acquire("udp 53", Socket.class, Socket::new)) {
            assertThat(third.get()).isNotSameAs(socket);
        }
    }

    @Test
    void keepsNothingOfWhatCouldNotBeMade() throws Exception {
        assertThatThrownBy(() -> resources.acquire("tcp 53", Socket.class, () -> {
                    throw new IOException("in use");
                }))
                .hasMessage("in use");
        try (var lease = resources.acquire("tcp 53", Socket.class, Socket::new)) {
            assertThat(lease.get().closed).isZero();
        }
    }
}
