package smartproxy.core.root;

import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Response;
import java.util.function.Supplier;

/** {@code GET /metrics}: the Prometheus text format 0.0.4, whatever the scraper would rather have. */
@Path("/metrics")
public final class MetricsResource {
    private final Supplier<String> scrape;

    public MetricsResource(Supplier<String> scrape) {
        this.scrape = scrape;
    }

    @GET
    public Response metrics() {
        return Response.ok(scrape.get())
                .header("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
                .build();
    }
}
