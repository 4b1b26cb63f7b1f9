package smartproxy.core.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class FileTransfersTest {
    private final FileTransfers transfers = new FileTransfers(2, 2, FileTransfer.Pace.USUAL);
    private final List<String> begun = new CopyOnWriteArrayList<>();

    @Test
    void asManyAsTheBoundBeginAtOnceAndTheOthersInTheirOrder() {
        assertThat(transfers.enter(() -> begun.add("a"))).isTrue();
        assertThat(transfers.enter(() -> begun.add("b"))).isTrue();
        assertThat(transfers.enter(() -> begun.add("c"))).isFalse();
        assertThat(transfers.enter(() -> begun.add("d"))).isFalse();
        Awaitility.await().until(() -> begun.size() == 2);

        transfers.leave();
        Awaitility.await().until(() -> begun.size() == 3);
        assertThat(begun).last().isEqualTo("c");

        transfers.leave();
        Awaitility.await().until(() -> begun.size() == 4);
        assertThat(begun).last().isEqualTo("d");
    }

    @Test
    void aPlaceThatWasLeftIsFreeOnce() {
        transfers.enter(() -> begun.add("a"));
        transfers.leave();

        assertThat(transfers.enter(() -> begun.add("b"))).isTrue();
        assertThat(transfers.enter(() -> begun.add("c"))).isTrue();
        assertThat(transfers.enter(() -> begun.add("d"))).isFalse();
    }

    @Test
    void noDaemonWaitsForADiskThatHangs() {
        transfers.execute(() -> begun.add(String.valueOf(Thread.currentThread().isDaemon())));
        Awaitility.await().untilAsserted(() -> assertThat(begun).containsExactly("true"));
    }

    @Test
    void whatWaitsCanBeTakenBackAndWhatHasBegunCannot() {
        Runnable first = () -> begun.add("a");
        Runnable second = () -> begun.add("b");
        Runnable third = () -> begun.add("c");
        transfers.enter(first);
        transfers.enter(second);
        transfers.enter(third);

        assertThat(transfers.giveUp(third)).isTrue();
        assertThat(transfers.giveUp(third)).isFalse();
        assertThat(transfers.giveUp(first)).isFalse();

        transfers.leave();
        transfers.leave();
        assertThat(transfers.enter(() -> begun.add("d"))).isTrue();
        Awaitility.await().until(() -> begun.contains("d"));
        assertThat(begun).doesNotContain("c");
    }
}
