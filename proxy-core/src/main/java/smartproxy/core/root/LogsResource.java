package smartproxy.core.root;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.StreamingOutput;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import smartproxy.core.api.BusyException;
import smartproxy.core.api.RequestContext;
import smartproxy.core.api.TrailingSlash;
import smartproxy.core.log.LogBuffer;

/** {@code GET /logs}: the last records and the modules that failed, for Foreman's page of the proxy. */
@Path("/logs")
public final class LogsResource {
    // What Ruby's String#to_f takes from the front of a text. The length is bounded because the expression recurses.
    private static final Pattern FLOAT = Pattern.compile(
            "[ \\t\\n\\x0b\\f\\r]*([+-]?(?:\\d+(?:_\\d+)*)?(?:\\.\\d+(?:_\\d+)*)?(?:(?<=\\d)[eE][+-]?\\d+(?:_\\d+)*)?).*",
            Pattern.DOTALL);
    private static final int MAX_FLOAT = 100;

    /** Each keeps the records it began with until its client has taken them. */
    private static final int MAX_READERS = 4;

    private final Semaphore readers = new Semaphore(MAX_READERS);
    private final JsonFactory json = new JsonFactory();
    private final LogBuffer buffer;
    private final Supplier<Map<String, String>> failedModules;

    /** @param failedModules reason by name of the module or provider */
    public LogsResource(LogBuffer buffer, Supplier<Map<String, String>> failedModules) {
        this.buffer = buffer;
        this.failedModules = failedModules;
    }

    /** The records from {@code from_timestamp} on, seconds since 1970; all without it or when it is no number. */
    @GET
    @TrailingSlash
    public Response logs(@Context ContainerRequestContext request) {
        var from = from(RequestContext.of(request).parameters().raw("from_timestamp"));
        StreamingOutput body = out -> {
            if (!readers.tryAcquire()) {
                throw new BusyException("Too many readers of the log at once");
            }
            try {
                write(out, from);
            } finally {
                readers.release();
            }
        };
        return Response.ok(body, MediaType.APPLICATION_JSON_TYPE).build();
    }

    private void write(OutputStream body, double from) throws IOException {
        var snapshot = buffer.snapshot();
        // as text: encoding it turns half characters into question marks, where a generator of bytes throws
        try (var out = json.createGenerator(new OutputStreamWriter(body, StandardCharsets.UTF_8))) {
            out.writeStartObject();
            out.writeObjectFieldStart("info");
            out.writeNumberField("size", snapshot.size());
            out.writeNumberField("tail_size", snapshot.tailSize());
            out.writeNullField("level");
            out.writeNumberField("level_tail", LogBuffer.TAIL_LEVEL);
            out.writeObjectFieldStart("failed_modules");
            for (var failed : failedModules.get().entrySet()) {
                out.writeStringField(failed.getKey(), failed.getValue());
            }
            out.writeEndObject();
            out.writeEndObject();
            out.writeArrayFieldStart("logs");
            for (var entry : snapshot.entries()) {
                var timestamp = seconds(entry.time());
                if (timestamp.doubleValue() >= from) {
                    write(out, entry, timestamp);
                }
            }
            out.writeEndArray();
            out.writeEndObject();
        }
    }

    private static void write(JsonGenerator out, LogBuffer.Entry entry, BigDecimal timestamp) throws IOException {
        out.writeStartObject();
        out.writeNumberField("timestamp", timestamp);
        out.writeStringField("level", entry.level());
        out.writeStringField("message", entry.message());
        if (entry.backtrace() != null) {
            out.writeStringField("backtrace", entry.backtrace());
        }
        if (entry.requestId() != null) {
            out.writeStringField("request_id", entry.requestId());
        }
        out.writeEndObject();
    }

    private static BigDecimal seconds(Instant time) {
        return BigDecimal.valueOf(time.getEpochSecond() * 1_000_000 + time.getNano() / 1000, 6);
    }

    static double from(@Nullable Object value) {
        if (!(value instanceof String text)) {
            return 0;
        }
        var matcher = FLOAT.matcher(text.substring(0, Math.min(text.length(), MAX_FLOAT)));
        if (!matcher.matches()) {
            return 0;
        }
        try {
            return Double.parseDouble(matcher.group(1).replace("_", ""));
        } catch (NumberFormatException e) {
            return 0; // a sign alone, or nothing
        }
    }
}
