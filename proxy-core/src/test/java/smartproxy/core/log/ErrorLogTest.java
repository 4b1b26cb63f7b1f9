package smartproxy.core.log;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import java.net.ConnectException;
import org.junit.jupiter.api.Test;
import smartproxy.core.api.BackendException;

class ErrorLogTest {
    private final ErrorLog log = new ErrorLog();

    @Test
    void withoutACauseTheBodyIsAll() {
        try (var capture = new Capture(ErrorLog.class, Level.INFO)) {
            log.log("Invalid {} IP", null);

            assertThat(capture.lines()).containsExactly("ERROR Invalid {} IP");
        }
    }

    @Test
    void aForeseenErrorHasItsCausesWithoutStack() {
        var cause = new BackendException(
                BackendException.Kind.UNAVAILABLE,
                BackendException.Outcome.NOT_APPLIED,
                "no answer",
                new ConnectException("refused"));
        try (var capture = new Capture(ErrorLog.class, Level.INFO)) {
            log.log("no answer", cause);

            assertThat(capture.lines())
                    .containsExactly(
                            "ERROR no answer",
                            "WARN Error details for no answer: <BackendException>: no answer,"
                                    + " caused by <ConnectException>: refused");
            assertThat(capture.events()).allMatch(event -> event.getThrowableProxy() == null);
        }
    }

    @Test
    void theStackIsThereWhenDebugging() {
        try (var capture = new Capture(ErrorLog.class, Level.DEBUG)) {
            log.log("no", BackendException.rejected("no"));

            assertThat(capture.events().get(0).getThrowableProxy()).isNull();
            assertThat(capture.events().get(1).getThrowableProxy()).isNotNull();
        }
    }

    @Test
    void theStackIsThereWhenNobodyExpectedIt() {
        try (var capture = new Capture(ErrorLog.class, Level.INFO)) {
            log.log("Internal error", new IllegalStateException("odd"));

            assertThat(capture.lines())
                    .containsExactly(
                            "ERROR Internal error",
                            "WARN Error details for Internal error: <IllegalStateException>: odd");
            assertThat(capture.events().get(1).getThrowableProxy()).isNotNull();
        }
    }
}
