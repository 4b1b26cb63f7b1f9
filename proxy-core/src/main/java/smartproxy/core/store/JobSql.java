package smartproxy.core.store;

import com.github.kagkarlsson.scheduler.jdbc.DefaultJdbcCustomization;
import com.github.kagkarlsson.scheduler.serializer.Serializer;
import java.nio.charset.StandardCharsets;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** One table for SQLite and PostgreSQL: times as milliseconds since 1970, data as text. */
final class JobSql extends DefaultJdbcCustomization {
    static final Serializer TEXT = new Serializer() {
        @Override
        public byte[] serialize(@Nullable Object data) {
            return String.valueOf(data).getBytes(StandardCharsets.UTF_8);
        }

        @Override
        public <T> T deserialize(Class<T> type, byte[] data) {
            return type.cast(new String(data, StandardCharsets.UTF_8));
        }
    };

    JobSql() {
        super(false);
    }

    @Override
    public String getName() {
        return "SQLite and PostgreSQL";
    }

    @Override
    public void setInstant(PreparedStatement statement, int index, @Nullable Instant value) throws SQLException {
        if (value == null) {
            statement.setNull(index, Types.BIGINT);
        } else {
            statement.setLong(index, value.toEpochMilli());
        }
    }

    @Override
    public @Nullable Instant getInstant(ResultSet row, String column) throws SQLException {
        var millis = row.getLong(column);
        return row.wasNull() ? null : Instant.ofEpochMilli(millis);
    }

    @Override
    public void setTaskData(PreparedStatement statement, int index, byte @Nullable [] value) throws SQLException {
        statement.setString(index, value == null ? "" : new String(value, StandardCharsets.UTF_8));
    }

    @Override
    public byte[] getTaskData(ResultSet row, String column) throws SQLException {
        var text = row.getString(column);
        return (text == null ? "" : text).getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public String getQueryLimitPart(int limit) {
        return " LIMIT " + limit;
    }
}
