package smartproxy.dhcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import smartproxy.core.api.BackendException;
import smartproxy.core.api.BackendException.Kind;
import smartproxy.core.api.BackendException.Outcome;

final class ChangesTest {
    @ParameterizedTest
    @CsvSource({
        "UNAVAILABLE, NOT_APPLIED, refused, refused; nothing was changed",
        "TIMEOUT, NOT_APPLIED, 'no turn; nothing was changed', no turn; nothing was changed",
        "TIMEOUT, UNKNOWN, cut, cut",
        "REJECTED, NOT_APPLIED, no, no"
    })
    void whatABackendMadeNothingOfIsSaid(Kind kind, Outcome outcome, String message, String said) {
        var told = catchThrowableOfType(
                BackendException.class,
                () -> Changes.make(() -> {
                    throw new BackendException(kind, outcome, message, null);
                }));
        assertThat(told).hasMessage(said);
        assertThat(told.kind()).isEqualTo(kind);
        assertThat(told.outcome()).isEqualTo(outcome);
    }

    @Test
    void whatIsMadeIsGivenBack() {
        assertThat(Changes.make(() -> "made")).isEqualTo("made");
    }
}
