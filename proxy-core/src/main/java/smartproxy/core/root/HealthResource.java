package smartproxy.core.root;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import smartproxy.core.health.CertificateHealth;
import smartproxy.core.health.HealthItem;
import smartproxy.core.health.HealthReport;

/**
 * {@code GET /health/ready}: 200 while requests are taken, else 503 with the reason. {@code GET /health}: what works and what
 * does not, always 200, since the daemon that answers works; the answer's {@code status} tells.
 */
@Path("/health")
public final class HealthResource {
    private final Supplier<Optional<String>> unready;
    private final Supplier<HealthReport> report;

    /** @param unready why no requests are taken: {@code starting}, {@code draining}; empty when they are */
    public HealthResource(Supplier<Optional<String>> unready, Supplier<HealthReport> report) {
        this.unready = unready;
        this.report = report;
    }

    @GET
    @Path("/ready")
    public Response ready() {
        var reason = unready.get();
        var body = new LinkedHashMap<String, Object>();
        body.put("status", reason.isEmpty() ? "up" : "down");
        reason.ifPresent(text -> body.put("reason", text));
        return json(reason.isEmpty() ? 200 : 503, body);
    }

    @GET
    public Response health() {
        var now = report.get();
        var body = new LinkedHashMap<String, Object>();
        body.put("status", now.state().word());
        body.put("time", time(now.at()));
        body.put("modules", items(now.modules(), now.at()));
        body.put("backends", items(now.backends(), now.at()));
        body.put("items", items(now.items(), now.at()));
        body.put("certificates", certificates(now.certificates(), now.at()));
        return json(200, body);
    }

    private static Map<String, Object> items(Map<String, HealthItem> items, Instant now) {
        var all = new LinkedHashMap<String, Object>();
        items.forEach((name, item) -> {
            var fields = new LinkedHashMap<String, Object>();
            fields.put("state", item.state().word());
            put(fields, "since", time(item.since()));
            put(fields, "detail", item.detail());
            put(fields, "last_error", item.lastError());
            put(fields, "last_error_at", time(item.lastErrorAt()));
            var from = item.dataFrom();
            if (from != null) {
                fields.put(
                        "data_age_seconds",
                        Math.max(0, Duration.between(from, now).toSeconds()));
            }
            all.put(name, fields);
        });
        return all;
    }

    private static Map<String, Object> certificates(Map<String, CertificateHealth> certificates, Instant now) {
        var all = new LinkedHashMap<String, Object>();
        certificates.forEach((name, certificate) -> {
            var fields = new LinkedHashMap<String, Object>();
            fields.put("state", certificate.state(now).word());
            put(fields, "expires", time(certificate.notAfter()));
            fields.put(
                    "days_left", Duration.between(now, certificate.notAfter()).toDays());
            put(fields, "problem", certificate.problem());
            all.put(name, fields);
        });
        return all;
    }

    private static void put(Map<String, Object> fields, String key, @Nullable String value) {
        if (value != null) {
            fields.put(key, value);
        }
    }

    private static @Nullable String time(@Nullable Instant time) {
        return time == null ? null : time.truncatedTo(ChronoUnit.SECONDS).toString();
    }

    private static Response json(int status, Map<String, Object> body) {
        try {
            return Response.status(status)
                    .entity(Json.MAPPER.writeValueAsString(body))
                    .type(MediaType.APPLICATION_JSON_TYPE)
                    .header("Cache-Control", "no-store")
                    .build();
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Loaded by the first request, so that the start does not pay. */
    private static final class Json {
        static final ObjectMapper MAPPER = new ObjectMapper();
    }
}
