package smartproxy.core.store;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Properties;
import smartproxy.core.api.Secret;

/** How connections to the database are made; every wait for the server is bounded. */
final class PostgresServer {
    /** What an administrator sees in {@code pg_stat_activity}. */
    static final String APPLICATION = "smart-proxy " + ProcessHandle.current().pid();

    private PostgresServer() {}

    static String url(StoreSettings.Postgres settings) {
        return "jdbc:" + settings.url();
    }

    /** A new connection. */
    static Connection connect(StoreSettings.Postgres settings) throws SQLException {
        return DriverManager.getConnection(url(settings), properties(settings));
    }

    /** As https://jdbc.postgresql.org/documentation/use/ names them. */
    static Properties properties(StoreSettings.Postgres settings) {
        var properties = new Properties();
        var seconds = settings.timeout().toSeconds();
        properties.setProperty("user", settings.user());
        settings.password().map(Secret::reveal).ifPresent(password -> properties.setProperty("password", password));
        properties.setProperty("sslmode", settings.sslmode());
        if (settings.encrypted()) {
            settings.ca()
                    .map(Path::toString)
                    .ifPresentOrElse(
                            ca -> properties.setProperty("sslrootcert", ca),
                            () -> properties.setProperty("sslfactory", "org.postgresql.ssl.DefaultJavaSSLFactory"));
        }
        properties.setProperty("ApplicationName", APPLICATION);
        properties.setProperty("connectTimeout", Long.toString(seconds));
        properties.setProperty("loginTimeout", Long.toString(seconds));
        // the server gives up first, and says why
        properties.setProperty("socketTimeout", Long.toString(seconds + 1));
        properties.setProperty("tcpKeepAlive", "true");
        properties.setProperty("readOnlyMode", "always"); // of the connections that are made read-only
        properties.setProperty(
                "options",
                "-c statement_timeout=" + seconds * 1000
                        + " -c lock_timeout=" + seconds * 1000
                        + " -c idle_in_transaction_session_timeout=60000"
                        // a daemon whose host is gone holds no turn for longer than this
                        + " -c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3");
        return properties;
    }
}
