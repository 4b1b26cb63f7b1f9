package smartproxy.core.store;

import java.nio.file.Path;
import javax.sql.DataSource;
import org.postgresql.ds.PGSimpleDataSource;
import smartproxy.core.api.Secret;

/** How connections to the database are made. */
final class PostgresServer {
    private PostgresServer() {}

    /** A new connection each time; every wait for the server is bounded. */
    static DataSource source(StoreSettings.Postgres settings) {
        var source = new PGSimpleDataSource();
        var seconds = (int) settings.timeout().toSeconds();
        source.setServerNames(new String[] {settings.host()});
        source.setPortNumbers(new int[] {settings.port()});
        source.setDatabaseName(settings.database());
        source.setUser(settings.user());
        settings.password().map(Secret::reveal).ifPresent(source::setPassword);
        source.setSslMode(settings.sslmode());
        if (settings.encrypted()) {
            settings.ca()
                    .map(Path::toString)
                    .ifPresentOrElse(
                            source::setSslRootCert,
                            () -> source.setSslfactory("org.postgresql.ssl.DefaultJavaSSLFactory"));
        }
        source.setApplicationName("smart-proxy");
        source.setConnectTimeout(seconds);
        source.setLoginTimeout(seconds);
        // the server gives up first, and says why
        source.setSocketTimeout(seconds + 1);
        source.setTcpKeepAlive(true);
        source.setOptions("-c statement_timeout=" + seconds * 1000
                + " -c lock_timeout=" + seconds * 1000
                + " -c idle_in_transaction_session_timeout=60000"
                // a daemon whose host is gone holds no turn for longer than this
                + " -c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3");
        return source;
    }
}
