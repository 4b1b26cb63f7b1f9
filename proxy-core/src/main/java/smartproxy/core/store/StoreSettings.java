package smartproxy.core.store;

import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import smartproxy.core.api.InvalidSetting;
import smartproxy.core.api.Secret;
import smartproxy.core.api.Setting;
import smartproxy.core.api.SettingTypes;
import smartproxy.core.api.Values;

/**
 * Where the durable store is.
 *
 * @param stateDirectory of the SQLite file
 * @param postgres instead of the file
 */
public record StoreSettings(Path stateDirectory, Optional<Postgres> postgres) {
    private static final String VERIFY_FULL = "verify-full";
    private static final String DISABLE = "disable";
    private static final int DEFAULT_PORT = 5432;
    private static final Pattern NAME = Pattern.compile("[\\w.-]{1,63}");
    private static final Pattern LITERAL = Pattern.compile("[0-9.]+|\\[.*|.*:.*");

    /**
     * A database.
     *
     * @param sslmode as libpq names it
     * @param ca authorities of its certificate; empty: those of the Java runtime
     * @param maxConnections of transactions of this daemon; one for turns and two for jobs come on top
     * @param timeout for a connection, and for an answer
     */
    public record Postgres(
            String host,
            int port,
            String database,
            String user,
            Optional<Secret> password,
            String sslmode,
            Optional<Path> ca,
            int maxConnections,
            Duration timeout) {
        /** For errors: {@code postgresql://db.example.com:5432/smart_proxy}. */
        public String url() {
            return "postgresql://" + (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port + "/" + database;
        }

        boolean encrypted() {
            return !sslmode.equals(DISABLE);
        }
    }

    public static final Setting<URI> URL = Setting.of(
                    "store_url",
                    "URL",
                    StoreSettings::url,
                    "PostgreSQL database that keeps what the daemon must remember; unset: an SQLite file in state_directory")
            .sampled("postgresql://db.example.com:5432/smart_proxy")
            .ownExtension();
    public static final Setting<String> USER = SettingTypes.text("store_user", "User of that database")
            .defaultsTo("foreman-proxy")
            .ownExtension();
    public static final Setting<Secret> PASSWORD = SettingTypes.secret("store_password", "Its password")
            .sampled("file:/etc/foreman-proxy/store.password")
            .ownExtension();
    public static final Setting<String> SSLMODE = SettingTypes.oneOf(
                    "store_sslmode",
                    List.of(VERIFY_FULL, "verify-ca", DISABLE),
                    "Whether the connection is encrypted and the server's certificate checked; unset: disable for a server on this"
                            + " host, else verify-full; disable is for this host alone")
            .sampled(VERIFY_FULL)
            .ownExtension();
    public static final Setting<Path> CA = SettingTypes.readableFile(
                    "store_ca_file",
                    "Authorities of the database server's certificate, PEM; unset: those of the Java runtime")
            .sampled("/etc/foreman-proxy/store-ca.pem")
            .ownExtension();
    public static final Setting<Integer> MAX_CONNECTIONS = SettingTypes.integer(
                    "store_max_connections",
                    2,
                    200,
                    "Connections to the database for requests; one for turns and two for jobs come on top when they are needed")
            .defaultsTo(10)
            .ownExtension();
    public static final Setting<Duration> TIMEOUT = SettingTypes.seconds(
                    "store_timeout", 1, 60, "Time for a connection to the database, and for each of its answers")
            .defaultsTo(Duration.ofSeconds(5))
            .ownExtension();

    public static final List<Setting<?>> SETTINGS = List.of(URL, USER, PASSWORD, SSLMODE, CA, MAX_CONNECTIONS, TIMEOUT);

    /** The store in a file. */
    public static StoreSettings sqlite(Path stateDirectory) {
        return new StoreSettings(stateDirectory, Optional.empty());
    }

    public static StoreSettings bind(Path stateDirectory, Values values) throws InvalidSetting {
        var url = values.find(URL);
        return new StoreSettings(
                stateDirectory, url.isPresent() ? Optional.of(postgres(url.get(), values)) : Optional.empty());
    }

    private static Postgres postgres(URI url, Values values) throws InvalidSetting {
        var path = url.getPath() == null ? "" : url.getPath();
        var database = path.startsWith("/") ? path.substring(1) : path;
        var host = url.getHost();
        if (!"postgresql".equals(url.getScheme())
                || host == null
                || url.getQuery() != null
                || url.getUserInfo() != null
                || !NAME.matcher(database).matches()) {
            throw notAUrl(URL.key());
        }
        var bare = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
        var local = isLocal(bare);
        var sslmode = values.find(SSLMODE).orElse(local ? DISABLE : VERIFY_FULL);
        if (sslmode.equals(DISABLE) && !local) {
            throw new InvalidSetting(
                    "Setting '" + SSLMODE.key() + "' may be disable only for a database on this host",
                    "give the server a certificate and name its authority in " + CA.key());
        }
        return new Postgres(
                bare,
                url.getPort() < 0 ? DEFAULT_PORT : url.getPort(),
                database,
                values.get(USER),
                values.find(PASSWORD),
                sslmode,
                values.find(CA),
                values.get(MAX_CONNECTIONS),
                values.get(TIMEOUT));
    }

    private static URI url(String key, Object value) throws InvalidSetting {
        try {
            return new URI(value.toString().strip());
        } catch (URISyntaxException e) {
            throw notAUrl(key); // the text is not shown, it may have a password in it
        }
    }

    private static InvalidSetting notAUrl(String key) {
        return new InvalidSetting(
                "Setting '" + key + "' is expected to be postgresql://HOST[:PORT]/DATABASE",
                "user and password have settings of their own");
    }

    private static boolean isLocal(String host) {
        if (host.equalsIgnoreCase("localhost")) {
            return true;
        }
        try {
            return LITERAL.matcher(host).matches()
                    && InetAddress.getByName(host).isLoopbackAddress();
        } catch (UnknownHostException e) {
            return false;
        }
    }

    /** What an administrator knows it by. */
    public String name() {
        return postgres.map(Postgres::url)
                .orElseGet(() -> stateDirectory
                        .toAbsolutePath()
                        .resolve(SqliteStore.FILE)
                        .toString());
    }
}
