package smartproxy.core.http;

import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import smartproxy.core.api.Parameters;

/** What a POST of a client that knows only GET and POST is meant as, as Rack reads it. */
final class MethodOverride {
    private static final Set<String> METHODS = Set.of("PUT", "PATCH", "DELETE");

    private MethodOverride() {}

    /**
     * @param form of the body alone: {@code _method} in a query counts for nothing
     * @param header {@code X-HTTP-Method-Override}, used when the form does not say
     * @return the method as it came, unless a POST names another one in any case
     */
    static String of(String method, Parameters form, @Nullable String header) {
        if (!method.equals("POST")) {
            return method;
        }
        var field = form.raw("_method");
        var meant = String.valueOf(field == null ? header : field).toUpperCase(Locale.ROOT);
        return METHODS.contains(meant) ? meant : method;
    }
}
