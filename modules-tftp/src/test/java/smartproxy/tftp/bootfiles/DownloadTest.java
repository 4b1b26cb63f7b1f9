package smartproxy.tftp.bootfiles;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import smartproxy.core.api.BackendException;
import smartproxy.tftp.bootfiles.BootFileStatus.State;

/** What those are told who wait for a download, however far it is. */
class DownloadTest {
    private final Download download =
            new Download(new BootFile(URI.create("http://mirror.example.com/linux"), "boot/linux", Optional.empty()));

    private Optional<BootFileStatus> told() {
        return BootFiles.told(download.status());
    }

    @Test
    void beforeATryHasEndedNothingIsTold() {
        assertThat(told()).isEmpty();
        download.begin();
        assertThat(told()).isEmpty();
        assertThat(download.complete()).isTrue();
        assertThat(told()).isEmpty();
    }

    @Test
    void aTryThatFailedIsToldThoughTheNextOneRuns() {
        download.begin();
        download.retryAfter("it is answered 503", false);
        assertThatThrownBy(this::told)
                .isInstanceOf(BackendException.class)
                .hasMessage("TFTP: Failed to fetch boot file: it is answered 503; it is tried again");
        download.begin();
        assertThat(download.status().state()).isEqualTo(State.RUNNING);
        assertThatThrownBy(this::told).hasMessageEndingWith("it is answered 503; it is tried again");
        download.complete();
        assertThat(told()).as("what has come in the end has come").isEmpty();
    }

    @Test
    void theOlderCopyIsToldThoughTheNextTryRuns() {
        download.begin();
        download.retryAfter("it is answered 503", true);
        download.begin();
        assertThat(told())
                .hasValueSatisfying(status -> assertThat(status)
                        .returns(State.STALE, BootFileStatus::state)
                        .returns("it is answered 503; it is tried again", BootFileStatus::error));
    }

    @Test
    void theEndIsTold() {
        download.begin();
        download.fail("it is answered 404", false);
        assertThatThrownBy(this::told).hasMessage("TFTP: Failed to fetch boot file: it is answered 404");
        download.fail("it is answered 404", true);
        assertThat(told())
                .hasValueSatisfying(status -> assertThat(status.error()).isEqualTo("it is answered 404"));
        download.remove();
        assertThat(told()).isEmpty();
    }
}
