package smartproxy.pulp.pulp2;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import smartproxy.core.api.CallerException;
import smartproxy.pulp.content.Repository;
import smartproxy.pulp.content.ServePoint;

/** A serve point as the configuration of a distributor, and back. */
final class Distributors {
    private static final String PROTECTED = "protected";

    private Distributors() {}

    /** @throws CallerException 400 when Pulp 2 cannot protect content of that type */
    static Map<String, @Nullable Object> config(Pulp2Type type, ServePoint wanted) {
        var config = new LinkedHashMap<String, @Nullable Object>();
        config.put(type.path(), wanted.path());
        switch (type) {
            case RPM -> {
                // who may see it is known by certificate, so not over http
                config.put("http", !wanted.protect());
                config.put("https", true);
                config.put(PROTECTED, wanted.protect());
            }
            case CONTAINER -> config.put(PROTECTED, wanted.protect());
            case FILE -> {
                config.put("serve_http", true);
                config.put("serve_https", true);
            }
            case DEB -> {
                config.put("http", true);
                config.put("https", true);
            }
            case OSTREE -> {
                // served as the host is set up
            }
        }
        if (wanted.protect() && !config.containsKey(PROTECTED)) {
            throw CallerException.badRequest(
                    "Pulp 2 cannot protect content of type " + type.type() + " by certificates");
        }
        return config;
    }

    /** @param target what is served there; empty when nothing is */
    static ServePoint servePoint(Pulp2Type type, Repository repository, JsonNode config, String target) {
        // an ISO distributor may have been made without a path: then it is the name
        var path = config.path(type.path()).asText(repository.name()).replaceAll("^/+|/+$", "");
        return new ServePoint(
                repository.name(),
                type.type(),
                path,
                config.path(PROTECTED).asBoolean(false),
                target,
                Optional.empty(),
                repository.labels());
    }
}
