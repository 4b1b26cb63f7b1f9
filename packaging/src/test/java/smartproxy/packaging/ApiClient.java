package smartproxy.packaging;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import javax.net.ssl.SSLContext;

/** Speaks to the daemon on 127.0.0.1 with a client certificate. */
record ApiClient(HttpClient http, SSLContext tls, int port) {
    private static final Duration WATCHDOG = Duration.ofSeconds(60);

    static ApiClient of(SSLContext tls, int port) {
        var http = HttpClient.newBuilder()
                .sslContext(tls)
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(WATCHDOG)
                .build();
        return new ApiClient(http, tls, port);
    }

    HttpResponse<String> get(String path) {
        return send(request(path).GET());
    }

    HttpResponse<String> delete(String path) {
        return send(request(path).DELETE());
    }

    /** @param form encoded: {@code a=1&b=2} */
    HttpResponse<String> post(String path, String form) {
        return send(request(path)
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(BodyPublishers.ofString(form)));
    }

    HttpResponse<String> create(String fqdn, String value, String type) {
        return send(creation(fqdn, value, type));
    }

    CompletableFuture<HttpResponse<String>> createLater(String fqdn, String value, String type) {
        return http.sendAsync(creation(fqdn, value, type).build(), BodyHandlers.ofString());
    }

    JsonNode json(String path) {
        try {
            return new ObjectMapper().readTree(get(path).body());
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Whether it answers at all. */
    boolean answers() {
        try {
            return get("/features").statusCode() == 200;
        } catch (UncheckedIOException e) {
            return false;
        }
    }

    /** How many changes are unsettled, as {@code /health} has it: "none", or a number and words. */
    String unsettled() {
        var items = json("/health").path("items");
        for (var names = items.fieldNames(); names.hasNext(); ) {
            var name = names.next();
            if (name.contains("unsettled changes")) {
                return items.path(name).path("detail").asText();
            }
        }
        throw new AssertionError("no such item in " + items);
    }

    private HttpRequest.Builder creation(String fqdn, String value, String type) {
        var form = "fqdn=" + fqdn + "&value=" + value + "&type=" + type;
        return request("/dns/")
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(BodyPublishers.ofString(form));
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("https://127.0.0.1:" + port + path))
                .timeout(WATCHDOG)
                .header("Accept", "application/json");
    }

    /** @throws UncheckedIOException without an answer */
    private HttpResponse<String> send(HttpRequest.Builder request) {
        try {
            return http.send(request.build(), BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
