package smartproxy.infoblox;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import smartproxy.core.store.SqliteStore;

class StoredMemoryTest {
    private static final URI GRID = URI.create("https://grid.example.com");

    @TempDir
    private Path directory;

    @Test
    void outlivesTheProcessForEachGrid() throws Exception {
        try (var store = SqliteStore.open(directory)) {
            var memory = StoredMemory.of(store, GRID);
            assertThat(memory.isDue()).isFalse();
            memory.due(false);
            memory.due(true);
            memory.due(true);
            assertThat(memory.isDue()).isTrue();
        }
        try (var store = SqliteStore.open(directory)) {
            var memory = StoredMemory.of(store, GRID);
            assertThat(memory.isDue()).isTrue();
            assertThat(StoredMemory.of(store, URI.create("https://other.example.com"))
                            .isDue())
                    .isFalse();
            memory.due(false);
            assertThat(memory.isDue()).isFalse();
        }
    }

    @Test
    void aStoreThatFailsLosesNothingButThis() throws Exception {
        var store = SqliteStore.open(directory);
        var memory = StoredMemory.of(store, GRID);
        store.close();
        memory.due(true);
        assertThat(memory.isDue()).as("a restart too many does no harm").isTrue();
    }
}
