package smartproxy.core.root;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.container.PreMatching;
import jakarta.ws.rs.core.StreamingOutput;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.glassfish.jersey.internal.MapPropertiesDelegate;
import org.glassfish.jersey.server.ApplicationHandler;
import org.glassfish.jersey.server.ContainerRequest;
import org.glassfish.jersey.server.ContainerResponse;
import org.glassfish.jersey.server.ResourceConfig;
import org.glassfish.jersey.server.ServerProperties;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import smartproxy.core.api.Deadline;
import smartproxy.core.api.Parameters;
import smartproxy.core.api.RequestContext;
import smartproxy.core.log.LogBuffer;

class LogsResourceTest {
    private final LogBuffer buffer = new LogBuffer(3, 2);
    private final Map<String, String> failed = new LinkedHashMap<>();
    private final ByteArrayOutputStream body = new ByteArrayOutputStream();

    private final LogsResource resource = new LogsResource(buffer, () -> failed);

    @PreMatching
    private static final class Attach implements ContainerRequestFilter {
        @Override
        public void filter(ContainerRequestContext request) {
            attach(request, Map.of());
        }
    }

    private static void attach(ContainerRequestContext request, Map<String, @Nullable Object> parameters) {
        new RequestContext("id", Deadline.in(Duration.ofSeconds(10)), new Parameters(parameters)).attach(request);
    }

    private static ContainerRequest request(String method, String path) {
        var request = new ContainerRequest(
                URI.create("http://localhost/"),
                URI.create("http://localhost" + path),
                method,
                null,
                new MapPropertiesDelegate(new HashMap<>()),
                null);
        request.header("Accept", "text/plain");
        return request;
    }

    private ContainerResponse serve(String method, String path) throws Exception {
        var config = new ResourceConfig()
                .property(ServerProperties.WADL_FEATURE_DISABLE, true)
                .register(resource)
                .register(new Attach());
        return new ApplicationHandler(config).apply(request(method, path), body).get();
    }

    private String text(@Nullable Object fromTimestamp) throws IOException {
        Map<String, @Nullable Object> parameters = new HashMap<>();
        if (fromTimestamp != null) {
            parameters.put("from_timestamp", fromTimestamp);
        }
        var request = request("GET", "/logs/");
        attach(request, parameters);
        var text = new ByteArrayOutputStream();
        ((StreamingOutput) resource.logs(request).getEntity()).write(text);
        return text.toString(StandardCharsets.UTF_8);
    }

    private void add(String time, String level, String message) {
        buffer.add(new LogBuffer.Entry(Instant.parse(time), level, message, null, null));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/logs", "/logs/"})
    void theShapeIsTheReferences(String path) throws Exception {
        failed.put("realm", "Disabling all modules in the group ['realm']: why");
        buffer.add(new LogBuffer.Entry(Instant.ofEpochSecond(1795338950, 815_518_699), "DEBUG", "a \"b\"", null, null));
        buffer.add(new LogBuffer.Entry(Instant.ofEpochSecond(1795338951), "ERROR", "c\nd", "x: y\nz", "6f0d8bbd"));

        var response = serve("GET", path);

        assertThat(response.getStatus()).isEqualTo(200);
        assertThat(response.getMediaType()).hasToString("application/json");
        assertThat(body.toString(StandardCharsets.UTF_8))
                .isEqualTo("{\"info\":{\"size\":3,\"tail_size\":2,\"level\":null,\"level_tail\":3,"
                        + "\"failed_modules\":{\"realm\":\"Disabling all modules in the group ['realm']: why\"}},"
                        + "\"logs\":[{\"timestamp\":1795338950.815518,\"level\":\"DEBUG\",\"message\":\"a \\\"b\\\"\"},"
                        + "{\"timestamp\":1795338951.000000,\"level\":\"ERROR\",\"message\":\"c\\nd\","
                        + "\"backtrace\":\"x: y\\nz\",\"request_id\":\"6f0d8bbd\"}]}");
    }

    @Test
    void anEmptyBufferIsAnEmptyList() throws Exception {
        assertThat(text(null))
                .isEqualTo(
                        "{\"info\":{\"size\":3,\"tail_size\":2,\"level\":null,\"level_tail\":3,\"failed_modules\":{}},"
                                + "\"logs\":[]}");
    }

    @Test
    void whoHasReadLeavesRoomForTheNext() throws Exception {
        for (var reader = 0; reader < 10; reader++) {
            assertThat(text(null)).endsWith("\"logs\":[]}");
        }
    }

    @Test
    void halfCharactersBreakNothing() throws Exception {
        failed.put("dns", "a\ud800b");
        buffer.add(new LogBuffer.Entry(Instant.EPOCH, "INFO", "\udc00c", "d\ud800", "e\ud800"));

        var json = new ObjectMapper().readTree(text(null));

        assertThat(json.at("/info/failed_modules/dns").asText()).isEqualTo("a?b");
        assertThat(json.at("/logs/0/message").asText()).isEqualTo("?c");
        assertThat(json.at("/logs/0/backtrace").asText()).isEqualTo("d?");
        assertThat(json.at("/logs/0/request_id").asText()).isEqualTo("e?");
    }

    @Test
    void theTailComesFirst() throws Exception {
        add("2026-11-22T10:00:00Z", "ERROR", "e1");
        for (int i = 2; i <= 4; i++) {
            add("2026-11-22T10:00:0" + i + "Z", "INFO", "i" + i);
        }

        var logs = new ObjectMapper().readTree(text(null)).get("logs");

        assertThat(logs.findValuesAsText("message")).containsExactly("e1", "i2", "i3", "i4");
    }

    @ParameterizedTest
    @CsvSource({
        "'', 3",
        "0, 3",
        "abc, 3",
        "-5, 3",
        "1795338950, 3",
        "1795338950.5, 3",
        "1795338950.6, 2",
        "1_795_338_951, 2",
        "1795338951abc, 2",
        "' 1795338952', 1",
        "1795338953, 0",
        "99999999999, 0",
        "1e400, 0",
        "1.7953389515e9, 1",
        "0x6b02c000, 3",
        "NaN, 3",
        "-, 3"
    })
    void fromTimestampIsReadAsRubyReadsIt(String from, int left) throws Exception {
        add("2026-11-22T09:15:50.5Z", "INFO", "one");
        add("2026-11-22T09:15:51Z", "INFO", "two");
        add("2026-11-22T09:15:52Z", "INFO", "three");

        assertThat(new ObjectMapper().readTree(text(from)).get("logs")).hasSize(left);
    }

    @Test
    void whatIsNoTextCountsAsAbsent() throws Exception {
        add("2026-11-22T09:15:50.5Z", "INFO", "one");

        for (var from : new Object[] {
            List.of("99999999999"), Map.of("a", "99999999999"), new Parameters.Malformed(new byte[] {(byte) 0xff})
        }) {
            assertThat(new ObjectMapper().readTree(text(from)).get("logs")).hasSize(1);
        }
    }

    @Test
    void anEndlessNumberIsHarmless() {
        assertThat(LogsResource.from("1_".repeat(1_000_000))).isPositive();
        assertThat(LogsResource.from("1".repeat(1_000_000))).isPositive();
    }
}
