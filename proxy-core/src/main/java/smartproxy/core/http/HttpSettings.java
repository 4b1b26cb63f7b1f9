package smartproxy.core.http;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import smartproxy.core.api.ProxyModule.ServedPorts;
import smartproxy.core.api.Setting;
import smartproxy.core.api.SettingTypes;
import smartproxy.core.api.Values;

/**
 * Listeners and bounds of the HTTP server.
 *
 * @param httpPort empty: no plain http
 * @param bindHosts addresses, {@code *} for all of IPv4 and IPv6
 * @param deadline by which each request is answered
 * @param bodyTimeout by which a request body has arrived
 * @param idleTimeout after which a connection without a request is given up, however slowly it still sends
 * @param drainTimeout given to running requests at the end
 */
public record HttpSettings(
        Optional<Integer> httpPort,
        int httpsPort,
        List<String> bindHosts,
        String reportedVersion,
        Duration deadline,
        Duration bodyTimeout,
        Duration idleTimeout,
        Duration drainTimeout,
        int maxBodyBytes,
        int maxHeaderBytes,
        int maxParameters,
        int maxNesting,
        int maxConnections,
        int maxConnectionsPerAddress,
        int maxThreads) {

    public static final Setting<Integer> HTTP_PORT = SettingTypes.integer(
                    "http_port", 0, 65535, "Port of plain http; unset: no plain http")
            .sampled("8000");
    public static final Setting<Integer> HTTPS_PORT = SettingTypes.integer(
                    "https_port",
                    0,
                    65535,
                    "Port of https; used when ssl_certificate, ssl_private_key and ssl_ca_file are set")
            .defaultsTo(8443);
    public static final Setting<List<String>> BIND_HOST = SettingTypes.texts(
                    "bind_host", "Addresses to listen on; * is all of IPv4 and IPv6")
            .defaultsTo(List.of("*"));
    public static final Setting<String> REPORTED_VERSION = SettingTypes.text(
                    "reported_version", "Version told to Foreman, which compares it with its own")
            .defaultsTo("3.11.0-develop")
            .ownExtension();
    public static final Setting<Duration> DEADLINE = SettingTypes.seconds(
                    "request_deadline", 1, 3600, "A request is answered within this time; Foreman gives up after 60 s")
            .defaultsTo(Duration.ofSeconds(50))
            .ownExtension();
    public static final Setting<Duration> BODY_TIMEOUT = SettingTypes.seconds(
                    "body_timeout", 1, 3600, "A request body has arrived within this time")
            .defaultsTo(Duration.ofSeconds(30))
            .ownExtension();
    public static final Setting<Duration> IDLE_TIMEOUT = SettingTypes.seconds(
                    "idle_timeout", 1, 3600, "A connection without a whole request is closed after this time")
            .defaultsTo(Duration.ofSeconds(30))
            .ownExtension();
    public static final Setting<Duration> DRAIN_TIMEOUT = SettingTypes.seconds(
                    "drain_timeout", 0, 3600, "Time given to running requests when the daemon ends")
            .defaultsTo(Duration.ofSeconds(30))
            .ownExtension();
    public static final Setting<Integer> MAX_BODY = SettingTypes.integer(
                    "max_body_size", 1024, 1 << 30, "Largest form body in bytes")
            .defaultsTo(4 << 20)
            .ownExtension();
    public static final Setting<Integer> MAX_HEADER = SettingTypes.integer(
                    "max_header_size", 1024, 1 << 24, "Largest request line and header in bytes")
            .defaultsTo(112 << 10)
            .ownExtension();
    public static final Setting<Integer> MAX_PARAMETERS = SettingTypes.integer(
                    "max_parameters", 16, 10_000_000, "Most parameters of a request")
            .defaultsTo(500_000)
            .ownExtension();
    public static final Setting<Integer> MAX_NESTING = SettingTypes.integer(
                    "max_parameter_depth", 2, 1000, "Deepest nesting of a parameter")
            .defaultsTo(100)
            .ownExtension();
    public static final Setting<Integer> MAX_CONNECTIONS = SettingTypes.integer(
                    "max_connections",
                    16,
                    1_000_000,
                    "Most connections of all listeners; above it the oldest idle one of the client address with most is closed")
            .defaultsTo(2000)
            .ownExtension();
    public static final Setting<Integer> MAX_CONNECTIONS_PER_ADDRESS = SettingTypes.integer(
                    "max_connections_per_address",
                    4,
                    1_000_000,
                    "Most connections of one client address; above it its oldest idle one is closed")
            .defaultsTo(1000)
            .ownExtension();
    public static final Setting<Integer> MAX_THREADS = SettingTypes.integer(
                    "max_threads", 16, 10_000, "Most threads that serve requests")
            .defaultsTo(250)
            .ownExtension();

    public static final List<Setting<?>> SETTINGS = List.of(
            HTTP_PORT,
            HTTPS_PORT,
            BIND_HOST,
            REPORTED_VERSION,
            DEADLINE,
            BODY_TIMEOUT,
            IDLE_TIMEOUT,
            DRAIN_TIMEOUT,
            MAX_BODY,
            MAX_HEADER,
            MAX_PARAMETERS,
            MAX_NESTING,
            MAX_CONNECTIONS,
            MAX_CONNECTIONS_PER_ADDRESS,
            MAX_THREADS);

    public static HttpSettings bind(Values values) {
        return new HttpSettings(
                values.find(HTTP_PORT),
                values.get(HTTPS_PORT),
                values.get(BIND_HOST),
                values.get(REPORTED_VERSION),
                values.get(DEADLINE),
                values.get(BODY_TIMEOUT),
                values.get(IDLE_TIMEOUT),
                values.get(DRAIN_TIMEOUT),
                values.get(MAX_BODY),
                values.get(MAX_HEADER),
                values.get(MAX_PARAMETERS),
                values.get(MAX_NESTING),
                values.get(MAX_CONNECTIONS),
                values.get(MAX_CONNECTIONS_PER_ADDRESS),
                values.get(MAX_THREADS));
    }

    /** What modules show of the ports; that of https is known also while https is off. */
    public ServedPorts ports() {
        return new ServedPorts(httpPort, Optional.of(httpsPort));
    }
}
