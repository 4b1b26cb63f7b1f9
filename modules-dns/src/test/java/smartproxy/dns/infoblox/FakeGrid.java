package smartproxy.dns.infoblox;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.wireMockConfig;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import com.github.tomakehurst.wiremock.extension.ResponseDefinitionTransformerV2;
import com.github.tomakehurst.wiremock.http.Request;
import com.github.tomakehurst.wiremock.http.ResponseDefinition;
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
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import smartproxy.core.tls.TestPki;
import smartproxy.dns.DnsClient;

/**
 * A grid master as Infoblox documents its WAPI: objects of one view, searched by the fields that the documentation calls
 * searchable, with the errors that it gives. What the documentation does not know is answered 400, and remembered in
 * {@link #complaints()}. Its records can be asked for by DNS, too.
 */
final class FakeGrid implements AutoCloseable {
    static final String USER = "foreman";
    static final String PASSWORD = "gr1d-pässword";
    static final String VIEW = "default";

    private static final String KEYSTORE_PASSWORD = "changeit";
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Set<String> OPTIONS = Set.of("_return_fields", "_max_results");
    private static final int MOST = 1000;

    /** What the documentation of an object type says: fields that can be told, searched for, and given to create one. */
    private record Type(Set<String> fields, Set<String> searched, Set<String> created, Set<String> required) {
        static Type of(String fields, String searched, String created, String required) {
            return new Type(words(fields), words(searched), words(created), words(required));
        }

        private static Set<String> words(String text) {
            return Stream.of(text.split(" ")).filter(word -> !word.isEmpty()).collect(Collectors.toSet());
        }
    }

    private static final Map<String, Type> TYPES = Map.of(
            "record:a",
            Type.of(
                    "comment disable extattrs ipv4addr name ttl use_ttl view dns_name zone",
                    "name ipv4addr view zone comment",
                    "name ipv4addr view comment disable extattrs ttl use_ttl",
                    "name ipv4addr"),
            "record:aaaa",
            Type.of(
                    "comment disable extattrs ipv6addr name ttl use_ttl view dns_name zone",
                    "name ipv6addr view zone comment",
                    "name ipv6addr view comment disable extattrs ttl use_ttl",
                    "name ipv6addr"),
            "record:cname",
            Type.of(
                    "canonical comment disable extattrs name ttl use_ttl view dns_name zone",
                    "name canonical view zone comment",
                    "name canonical view comment disable extattrs ttl use_ttl",
                    "name canonical"),
            "record:ptr",
            Type.of(
                    "comment disable extattrs ipv4addr ipv6addr name ptrdname ttl use_ttl view dns_name zone",
                    "name ptrdname ipv4addr ipv6addr view zone comment",
                    "name ptrdname ipv4addr ipv6addr view comment disable extattrs ttl use_ttl",
                    "ptrdname"),
            "zone_auth",
            Type.of("fqdn view zone_format", "fqdn view zone_format comment", "", ""),
            "member:dns",
            Type.of("host_name ipv4addr", "host_name ipv4addr", "", ""));

    private final WireMockServer server;
    private final URI address;
    private final FakeGridDns dns;
    private final List<Map<String, String>> objects = new CopyOnWriteArrayList<>();
    private final List<String> complaints = new CopyOnWriteArrayList<>();
    private final List<String> calls = new CopyOnWriteArrayList<>();
    private long serial = 1;
    private int ids;

    private FakeGrid(Path keystore) throws IOException {
        add("zone_auth", Map.of("fqdn", "example.com", "zone_format", "FORWARD"));
        add("zone_auth", Map.of("fqdn", "192.0.2.0/24", "zone_format", "IPV4"));
        add("zone_auth", Map.of("fqdn", "2001:db8::/32", "zone_format", "IPV6"));
        add("member:dns", Map.of("host_name", "ns1.example.com"));
        add("member:dns", Map.of("host_name", "ns2.example.com"));
        dns = new FakeGridDns(this);
        server = new WireMockServer(wireMockConfig()
                .bindAddress("localhost")
                .httpDisabled(true)
                .dynamicHttpsPort()
                .keystorePath(keystore.toString())
                .keystoreType("PKCS12")
                .keystorePassword(KEYSTORE_PASSWORD)
                .keyManagerPassword(KEYSTORE_PASSWORD)
                .containerThreads(80)
                .disableRequestJournal()
                .stubRequestLoggingDisabled(true)
                .extensions(new Wapi20()));
        server.start();
        address = URI.create("https://localhost:" + server.httpsPort());
        server.stubFor(any(anyUrl()).atPriority(9).willReturn(aResponse().withTransformers("wapi")));
    }

    /** @param certificate of the master */
    static FakeGrid start(Path directory, TestPki.Issued certificate) {
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
            return new FakeGrid(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    URI address() {
        return address;
    }

    /** To put other answers in place of its own. */
    WireMockServer server() {
        return server;
    }

    DnsClient dns() {
        return new DnsClient(dns.address());
    }

    /** What nobody who knows the documentation would have sent. */
    List<String> complaints() {
        return complaints;
    }

    /** Method, path and query of each call, in order, unescaped. */
    List<String> calls() {
        return calls;
    }

    synchronized long serial() {
        return serial;
    }

    /** Fields of all objects of a type. */
    synchronized List<Map<String, String>> all(String type) {
        return objects.stream()
                .filter(object -> type.equals(object.get("_type")))
                .toList();
    }

    /** Puts an object there, as another user might. */
    synchronized void add(String type, Map<String, String> fields) {
        var object = new LinkedHashMap<>(fields);
        object.put("_type", type);
        object.putIfAbsent("view", VIEW);
        var named = fields.getOrDefault("name", fields.getOrDefault("fqdn", fields.getOrDefault("host_name", "")));
        var id = Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(("dns." + ++ids).getBytes(StandardCharsets.US_ASCII));
        object.put("_ref", type + "/" + id + ":" + named.replace("/", "%2F") + "/" + VIEW);
        objects.add(object);
        serial++;
    }

    @Override
    public void close() {
        server.stop();
        dns.close();
    }

    private final class Wapi20 implements ResponseDefinitionTransformerV2 {
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
            case "DELETE" -> delete(path);
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
        var type = TYPES.get(name);
        if (type == null) {
            return unknown("Unknown object type (" + name + ")");
        }
        var fields =
                new TreeSet<>(List.of(query.getOrDefault("_return_fields", "").split(",")));
        for (var field : fields) {
            if (!type.fields.contains(field)) {
                return unknown("Unknown argument/field: '" + field + "'");
            }
        }
        var found = all(name);
        for (var one : query.entrySet()) {
            if (OPTIONS.contains(one.getKey())) {
                continue;
            }
            var field = one.getKey().replaceFirst("[~:]$", "");
            if (!type.searched.contains(field)) {
                return unknown("Field is not searchable: " + field);
            }
            if (field.equals("view") && !one.getValue().equals(VIEW)) {
                return refused(
                        404, "AdmConDataNotFoundError", "Data.NotFound", "View " + one.getValue() + " not found");
            }
            found = found.stream()
                    .filter(object -> matches(object.get(field), one.getKey(), one.getValue()))
                    .toList();
        }
        var most = Integer.parseInt(query.getOrDefault("_max_results", "-" + MOST));
        if (most < 0 && found.size() > -most) {
            return refused(400, "AdmConProtoError", "Proto", "Result set too large");
        }
        var told = new ArrayList<Map<String, Object>>();
        for (var object : found.subList(0, Math.min(found.size(), Math.abs(most)))) {
            var shown = new LinkedHashMap<String, Object>(Map.of("_ref", object.get("_ref"), "extattrs", Map.of()));
            object.forEach((field, value) -> {
                if (fields.contains(field)) {
                    shown.put(field, value);
                }
            });
            told.add(shown);
        }
        return aResponse().withStatus(200).withBody(JSON.writeValueAsString(told));
    }

    /** With regard to case, as the documentation has it; {@code ~} is a regular expression. */
    private static boolean matches(@Nullable String value, String key, String wanted) {
        return value != null
                && (key.endsWith("~") ? Pattern.compile(wanted).matcher(value).find() : value.equals(wanted));
    }

    private ResponseDefinitionBuilder create(String name, JsonNode body) throws IOException {
        var type = TYPES.get(name);
        if (type == null || type.created.isEmpty()) {
            return unknown("Operation create not allowed for " + name);
        }
        var fields = new LinkedHashMap<String, String>();
        for (var given : body.properties()) {
            if (!type.created.contains(given.getKey())) {
                return unknown("Unknown argument/field: '" + given.getKey() + "'");
            }
            fields.put(given.getKey(), given.getValue().asText());
        }
        if (!fields.keySet().containsAll(type.required) || !fields.containsKey("name")) {
            return unknown("Required field missing in " + body);
        }
        if (!fields.getOrDefault("view", VIEW).equals(VIEW)) {
            return refused(
                    404, "AdmConDataNotFoundError", "Data.NotFound", "View " + fields.get("view") + " not found");
        }
        var owner = fields.get("name").toLowerCase(Locale.ROOT);
        fields.put("name", owner);
        if (FakeGridDns.ZONES.stream().noneMatch(zone -> owner.equals(zone) || owner.endsWith("." + zone))) {
            return conflict("The action is not allowed. A parent was not found.");
        }
        if (isInTheWay(name, owner, fields)) {
            return conflict("The record '" + owner + "' already exists.");
        }
        add(name, fields);
        return aResponse()
                .withStatus(201)
                .withBody(
                        JSON.writeValueAsString(objects.get(objects.size() - 1).get("_ref")));
    }

    /** An equal record, or one that may not stand beside a CNAME. */
    private boolean isInTheWay(String type, String owner, Map<String, String> fields) {
        var cname = type.equals("record:cname");
        if (cname && FakeGridDns.ZONES.contains(owner)) {
            return true;
        }
        return objects.stream()
                .filter(object -> owner.equals(object.get("name")))
                .anyMatch(object -> cname
                        || "record:cname".equals(object.get("_type"))
                        || (type.equals(object.get("_type"))
                                && fields.entrySet().stream()
                                        .allMatch(field -> field.getValue().equals(object.get(field.getKey())))));
    }

    private ResponseDefinitionBuilder function(String reference, Map<String, String> query, JsonNode body) {
        var known = query.equals(Map.of("_function", "clear_dns_cache"))
                && reference.startsWith("member:dns/")
                && body.properties().stream()
                        .allMatch(field ->
                                Set.of("clear_full_tree", "domain", "view").contains(field.getKey()));
        if (!known) {
            return unknown("Unknown function " + query + " of " + reference + " with " + body);
        }
        calls.add("cleared " + body.path("domain").asText() + " "
                + body.path("view").asText());
        return aResponse().withStatus(200).withBody("{}");
    }

    private ResponseDefinitionBuilder delete(String reference) throws IOException {
        var found = objects.stream()
                .filter(object -> reference.equals(object.get("_ref")))
                .findFirst();
        if (found.isEmpty()) {
            return refused(404, "AdmConDataNotFoundError", "Data.NotFound", "Reference " + reference + " not found");
        }
        objects.remove(found.get());
        serial++;
        return aResponse().withStatus(200).withBody(JSON.writeValueAsString(reference));
    }

    private ResponseDefinitionBuilder unknown(String text) {
        complaints.add(text);
        return refused(400, "AdmConProtoError", "Proto", text);
    }

    private static ResponseDefinitionBuilder conflict(String text) {
        return refused(400, "AdmConDataError: None (IBDataConflictError: IB.Data.Conflict", "Data.Conflict", text);
    }

    static ResponseDefinitionBuilder refused(int status, String error, String code, String text) {
        return aResponse()
                .withStatus(status)
                .withBody("{ \"Error\": \"" + error + ": " + text + "\", \"code\": \"Client.Ibap." + code
                        + "\", \"text\": \"" + text + "\" }");
    }
}
