package smartproxy.core.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PostgresFailureTest {
    @ParameterizedTest
    @CsvSource({
        "28P01, no such password, no such password; check store_user and store_password",
        "28000, no entry of pg_hba.conf, no entry of pg_hba.conf; check store_user and store_password",
        "3D000, no such database, 'no such database; create it, or correct store_url'",
        "53300, too many clients, too many clients"
    })
    void saysWhatToDo(String state, String message, String said) {
        var failure = new SQLException(message, state);
        assertThat(PostgresFailure.isOfTransport(failure)).isTrue();
        assertThat(PostgresFailure.asTransport(failure))
                .isExactlyInstanceOf(IOException.class)
                .hasMessage(said);
        assertThat(PostgresFailure.asTransport(new SQLTransientConnectionException("the pool", "08001", failure)))
                .hasMessage(said);
    }

    @ParameterizedTest
    @CsvSource({"08001, false", "57014, true", "55P03, true"})
    void tellsASlowServerFromOneThatIsNotReached(String state, boolean slow) {
        assertThat(PostgresFailure.asTransport(new SQLException("no", state)))
                .isInstanceOf(slow ? SocketTimeoutException.class : ConnectException.class);
    }
}
