package smartproxy.infoblox;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.wireMockConfig;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.client.MappingBuilder;
import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import com.github.tomakehurst.wiremock.extension.ResponseDefinitionTransformerV2;
import com.github.tomakehurst.wiremock.http.Request;
import com.github.tomakehurst.wiremock.http.ResponseDefinition;
import com.github.tomakehurst.wiremock.stubbing.Scenario;
import com.github.tomakehurst.wiremock.stubbing.ServeEvent;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import smartproxy.core.tls.TestPki;

/**
 * A grid master as Infoblox documents its WAPI: objects of one view, searched by the fields that the documentation calls
 * searchable, with the errors that it gives. What the documentation does not know is answered 400, and remembered in
 * {@link #complaints()}. Which types of objects there are, and what may not be beside what, is the family's.
 */
public abstract class FakeGrid implements AutoCloseable {
    public static final String USER = "foreman";
    public static final String PASSWORD = "gr1d-pässword";
    public static final String VIEW = "default";

    private static final String KEYSTORE_PASSWORD = "changeit";
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Set<String> OPTIONS =
            Set.of("_return_fields", "_max_results", "_paging", "_return_as_object", "_page_id");
    private static final int MOST = 1000;

    /** What the documentation of an object type says: fields that can be told, searched for, and given to create one. */
    protected record Type(Set<String> fields, Set<String> searched, Set<String> created, Set<String> required) {
        public static Type of(String fields, String searched, String created, String required) {
            return new Type(words(fields), words(searched), words(created), words(required));
        }

        private static Set<String> words(String text) {
            return Stream.of(text.split(" ")).filter(word -> !word.isEmpty()).collect(Collectors.toSet());
        }
    }

    private final Map<String, Type> types;
    private final WireMockServer server;
    private final URI address;
    private final List<Map<String, Object>> objects = new CopyOnWriteArrayList<>();
    private final List<String> complaints = new CopyOnWriteArrayList<>();
    private final List<String> calls = new CopyOnWriteArrayList<>();
    private final Map<String, List<Map<String, Object>>> pages = new LinkedHashMap<>();
    private long serial = 1;
    private int ids;

    /**
     * @param directory for its keys
     * @param certificate of the master
     */
    protected FakeGrid(Path directory, TestPki.Issued certificate, Map<String, Type> types) {
        this.types = types;
        server = new WireMockServer(wireMockConfig()
                .bindAddress("localhost")
                .httpDisabled(true)
                .dynamicHttpsPort()
                .keystorePath(keystore(directory, certificate).toString())
                .keystoreType("PKCS12")
                .keystorePassword(KEYSTORE_PASSWORD)
                .keyManagerPassword(KEYSTORE_PASSWORD)
                .containerThreads(80)
                .disableRequestJournal()
                .stubRequestLoggingDisabled(true)
                .extensions(new Answers()));
        server.start();
        address = URI.create("https://localhost:" + server.httpsPort());
        asItself();
    }

    private static Path keystore(Path directory, TestPki.Issued certificate) {
        try {
            var file = directory.resolve("grid.p12");
            var store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            store.setKeyEntry(
                    "grid",
                    certificate.key(),
                    KEYSTORE_PASSWORD.toCharArray(),
                    certificate.chain().toArray(Certificate[]::new));
            try (var out = Files.newOutputStream(file)) {
                store.store(out, KEYSTORE_PASSWORD.toCharArray());
            }
            return file;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * Makes the fields of a new object whole.
     *
     * @return a refusal, when it may not be
     */
    protected abstract Optional<ResponseDefinitionBuilder> complete(String type, Map<String, Object> fields);

    /**
     * Calls a function of an object.
     *
     * @return whether there is such a one
     */
    protected abstract boolean function(String reference, String name, JsonNode arguments);

    /** The objects of a type that are searched; some are made of others. */
    protected List<Map<String, Object>> found(String type) {
        return all(type);
    }

    /** What is searched in a field of an object. */
    protected List<String> texts(Map<String, Object> object, String field) {
        var value = object.get(field);
        return value == null ? List.of() : List.of(value.toString());
    }

    public final URI address() {
        return address;
    }

    public final WireMockServer server() {
        return server;
    }

    /** Gives another answer than its own. */
    public final void instead(MappingBuilder to, ResponseDefinitionBuilder answer) {
        server.stubFor(to.atPriority(1).willReturn(answer));
    }

    /** The same, but only to the first such request. */
    public final void insteadOnce(MappingBuilder to, ResponseDefinitionBuilder answer) {
        server.stubFor(to.atPriority(1)
                .inScenario("once")
                .whenScenarioStateIs(Scenario.STARTED)
                .willSetStateTo("over")
                .willReturn(answer));
    }

    /** Gives its own answers, and no others any more. */
    public final void asItself() {
        server.resetMappings();
        server.stubFor(any(anyUrl()).atPriority(9).willReturn(aResponse().withTransformers("wapi")));
    }

    /** What nobody who knows the documentation would have sent. */
    public final List<String> complaints() {
        return complaints;
    }

    /** Method, path and query of each call, in order, unescaped. */
    public final List<String> calls() {
        return calls;
    }

    /** Counts the changes. */
    public final synchronized long serial() {
        return serial;
    }

    /** Fields of all objects of a type. */
    public final synchronized List<Map<String, Object>> all(String type) {
        return objects.stream()
                .filter(object -> type.equals(object.get("_type")))
                .toList();
    }

    /** Puts an object there, as another user might. */
    public final synchronized Map<String, Object> add(String type, Map<String, ?> fields) {
        var object = new LinkedHashMap<String, Object>(fields);
        object.put("_type", type);
        for (var key : List.of("view", "network_view")) {
            if (types.containsKey(type) && types.get(type).searched.contains(key)) {
                object.putIfAbsent(key, VIEW);
            }
        }
        var named = Stream.of(
                        "fqdn", "host_name", "network", "address", type.startsWith("record:") ? "name" : "ipv4addr")
                .filter(fields::containsKey)
                .map(key -> String.valueOf(fields.get(key)))
                .findFirst()
                .orElse("");
        var id = Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(("id." + ++ids).getBytes(StandardCharsets.US_ASCII));
        object.put("_ref", type + "/" + id + ":" + named.replace("/", "%2F") + "/" + VIEW);
        objects.add(object);
        serial++;
        return object;
    }

    /** Takes an object away, as another user might. */
    public final synchronized void take(Map<String, Object> object) {
        objects.remove(object);
        serial++;
    }

    @Override
    public void close() {
        server.stop();
    }

    private final class Answers implements ResponseDefinitionTransformerV2 {
        @Override
        public String getName() {
            return "wapi";
        }

        @Override
        public boolean applyGlobally() {
            return false;
        }

        @Override
        public ResponseDefinition transform(ServeEvent event) {
            var request = event.getRequest();
            calls.add(request.getMethod() + " " + decoded(request.getUrl()));
            try {
                return answer(request)
                        .withHeader("Content-Type", "application/json")
                        .build();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private static String decoded(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }

    private synchronized ResponseDefinitionBuilder answer(Request request) throws IOException {
        var credentials = Base64.getEncoder().encodeToString((USER + ":" + PASSWORD).getBytes(StandardCharsets.UTF_8));
        if (!("Basic " + credentials).equals(request.getHeader("Authorization"))) {
            return aResponse().withStatus(401).withBody("<html>Authorization Required</html>");
        }
        var url = URI.create(request.getUrl());
        var path = url.getRawPath().replaceFirst("^/wapi/v2\\.(?:0|12)/", "");
        var query = query(url.getRawQuery());
        if (path.equals(url.getRawPath())) {
            return unknown("Version of " + url + " not supported");
        }
        return switch (request.getMethod().value()) {
            case "GET" -> search(path, query);
            case "POST" ->
                query.isEmpty()
                        ? create(path, JSON.readTree(request.getBody()))
                        : function(path, query, JSON.readTree(request.getBody()));
            case "DELETE" -> query.isEmpty() ? delete(path) : unknown("DELETE with " + query);
            default -> unknown("Method " + request.getMethod());
        };
    }

    private static Map<String, String> query(String raw) {
        var query = new LinkedHashMap<String, String>();
        for (var part : raw == null ? new String[0] : raw.split("&")) {
            var pair = part.split("=", 2);
            query.put(decoded(pair[0]), decoded(pair[1]));
        }
        return query;
    }

    private ResponseDefinitionBuilder search(String name, Map<String, String> query) throws IOException {
        var type = types.get(name);
        if (type == null) {
            return unknown("Unknown object type (" + name + ")");
        }
        var fields =
                new TreeSet<>(List.of(query.getOrDefault("_return_fields", "").split(",")));
        for (var field : fields) {
            if (query.containsKey("_return_fields") && !type.fields.contains(field)) {
                return unknown("Unknown argument/field: '" + field + "'");
            }
        }
        var found = found(name);
        for (var one : query.entrySet()) {
            if (OPTIONS.contains(one.getKey())) {
                continue;
            }
            var field = one.getKey().replaceFirst("[~:]$", "");
            if (one.getKey().startsWith("_") || !type.searched.contains(field)) {
                return unknown("Field is not searchable: " + field);
            }
            if ((field.equals("view") || field.equals("network_view"))
                    && !one.getValue().equals(VIEW)) {
                return refused(
                        404, "AdmConDataNotFoundError", "Data.NotFound", "View " + one.getValue() + " not found");
            }
            found = found.stream()
                    .filter(object -> texts(object, field).stream()
                            .anyMatch(value -> matches(value, one.getKey(), one.getValue())))
                    .toList();
        }
        var most = Integer.parseInt(query.getOrDefault("_max_results", "-" + MOST));
        if (query.containsKey("_paging")) {
            return page(found, fields, most, query);
        }
        if (most < 0 && found.size() > -most) {
            return refused(400, "AdmConProtoError", "Proto", "Result set too large");
        }
        return ok(told(found.subList(0, Math.min(found.size(), Math.abs(most))), fields));
    }

    private ResponseDefinitionBuilder page(
            List<Map<String, Object>> found, Set<String> fields, int most, Map<String, String> query)
            throws IOException {
        if (most <= 0 || most > MOST || !"1".equals(query.get("_return_as_object"))) {
            return unknown("Paging needs _return_as_object and a positive _max_results");
        }
        var rest = query.containsKey("_page_id") ? pages.remove(query.get("_page_id")) : found;
        if (rest == null) {
            return unknown("Unknown page " + query.get("_page_id"));
        }
        var answer = new LinkedHashMap<String, Object>();
        answer.put("result", told(rest.subList(0, Math.min(most, rest.size())), fields));
        if (rest.size() > most) {
            var next = "page-" + ++ids;
            pages.put(next, rest.subList(most, rest.size()));
            answer.put("next_page_id", next);
        }
        return ok(answer);
    }

    private static List<Map<String, Object>> told(List<Map<String, Object>> found, Set<String> fields) {
        var told = new ArrayList<Map<String, Object>>();
        for (var object : found) {
            var shown = new LinkedHashMap<String, Object>();
            shown.put("_ref", object.get("_ref"));
            if (fields.contains("extattrs")) {
                shown.put("extattrs", Map.of());
            }
            object.forEach((field, value) -> {
                if (fields.contains(field)) {
                    shown.put(field, value);
                } else if (value instanceof List<?> parts
                        && fields.stream().anyMatch(one -> one.startsWith(field + "."))) {
                    shown.put(
                            field,
                            parts.stream()
                                    .map(part -> nested(field, part, fields))
                                    .toList());
                }
            });
            told.add(shown);
        }
        return told;
    }

    /** Of an object in an object, what is asked for as {@code ipv4addrs.mac}. */
    private static Map<Object, Object> nested(String field, Object part, Set<String> fields) {
        var shown = new LinkedHashMap<Object, Object>();
        if (part instanceof Map<?, ?> map) {
            map.forEach((key, value) -> {
                if (fields.contains(field + "." + key)) {
                    shown.put(key, value);
                }
            });
        }
        return shown;
    }

    /** With regard to case, as the documentation has it; {@code ~} is a regular expression. */
    private static boolean matches(String value, String key, String wanted) {
        return key.endsWith("~") ? Pattern.compile(wanted).matcher(value).find() : value.equals(wanted);
    }

    private ResponseDefinitionBuilder create(String name, JsonNode body) throws IOException {
        var type = types.get(name);
        if (type == null || type.created.isEmpty()) {
            return unknown("Operation create not allowed for " + name);
        }
        var fields = JSON.convertValue(body, new TypeReference<LinkedHashMap<String, Object>>() {});
        for (var field : fields.keySet()) {
            if (!type.created.contains(field)) {
                return unknown("Unknown argument/field: '" + field + "'");
            }
        }
        if (!fields.keySet().containsAll(type.required)) {
            return unknown("Required field missing in " + body);
        }
        for (var key : List.of("view", "network_view")) {
            if (!VIEW.equals(fields.getOrDefault(key, VIEW))) {
                return refused(
                        404, "AdmConDataNotFoundError", "Data.NotFound", "View " + fields.get(key) + " not found");
            }
        }
        var refusal = complete(name, fields);
        if (refusal.isPresent()) {
            return refusal.get();
        }
        return ok(String.valueOf(add(name, fields).get("_ref"))).withStatus(201);
    }

    private ResponseDefinitionBuilder function(String reference, Map<String, String> query, JsonNode body) {
        var name = query.get("_function");
        return query.size() == 1
                        && name != null
                        && objects.stream().anyMatch(object -> reference.equals(object.get("_ref")))
                        && function(reference, name, body)
                ? aResponse().withStatus(200).withBody("{}")
                : unknown("Unknown function " + query + " of " + reference + " with " + body);
    }

    private ResponseDefinitionBuilder delete(String reference) throws IOException {
        var found = objects.stream()
                .filter(object -> reference.equals(object.get("_ref")))
                .findFirst();
        if (found.isEmpty()) {
            return refused(404, "AdmConDataNotFoundError", "Data.NotFound", "Reference " + reference + " not found");
        }
        take(found.get());
        return ok(reference);
    }

    private static ResponseDefinitionBuilder ok(Object value) throws IOException {
        return aResponse().withStatus(200).withBody(JSON.writeValueAsString(value));
    }

    /** What the documentation does not know. */
    protected final ResponseDefinitionBuilder unknown(String text) {
        complaints.add(text);
        return refused(400, "AdmConProtoError", "Proto", text);
    }

    protected static ResponseDefinitionBuilder conflict(String text) {
        return refused(400, "AdmConDataError: None (IBDataConflictError: IB.Data.Conflict", "Data.Conflict", text);
    }

    /** An error as the WAPI puts it. */
    public static ResponseDefinitionBuilder refused(int status, String error, String code, String text) {
        return aResponse()
                .withStatus(status)
                .withBody("{ \"Error\": \"" + error + ": " + text + "\", \"code\": \"Client.Ibap." + code
                        + "\", \"text\": \"" + text + "\" }");
    }
}
