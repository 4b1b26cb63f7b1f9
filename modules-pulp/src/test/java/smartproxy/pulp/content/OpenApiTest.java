package smartproxy.pulp.content;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import jakarta.ws.rs.HttpMethod;
import jakarta.ws.rs.Path;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The OpenAPI document has the routes that there are, and refers to nothing that it has not. */
class OpenApiTest {
    private static final Pattern PARAMETER = Pattern.compile("\\{(\\w+)}");

    private final JsonNode document = read();

    private static JsonNode read() {
        try (var in = JobsResource.class.getResourceAsStream(JobsResource.OPENAPI)) {
            return new ObjectMapper().readTree(in);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Set<String> routes() {
        var routes = new TreeSet<String>();
        for (var resource :
                List.of(PulpsResource.class, UnitsResource.class, UploadsResource.class, JobsResource.class)) {
            for (var method : resource.getDeclaredMethods()) {
                Arrays.stream(method.getAnnotations())
                        .map(one -> one.annotationType().getAnnotation(HttpMethod.class))
                        .filter(one -> one != null)
                        .forEach(verb -> {
                            var path = method.getAnnotation(Path.class);
                            routes.add(verb.value() + " "
                                    + resource.getAnnotation(Path.class).value()
                                    + (path == null ? "" : "/" + path.value()));
                        });
            }
        }
        return routes;
    }

    @Test
    void hasTheRoutesThatThereAre() {
        var told = new TreeSet<String>();
        document.path("paths")
                .properties()
                .forEach(path -> path.getValue()
                        .fieldNames()
                        .forEachRemaining(method -> told.add(method.toUpperCase(Locale.ROOT) + " " + path.getKey())));

        assertThat(told).isEqualTo(routes()).hasSizeGreaterThan(30);
    }

    @Test
    void namesTheParametersOfEachPathAndEachOperationOnce() {
        var operations = new HashSet<String>();
        document.path("paths")
                .properties()
                .forEach(path -> path.getValue().forEach(operation -> {
                    var wanted = PARAMETER
                            .matcher(path.getKey())
                            .results()
                            .map(found -> found.group(1))
                            .toList();
                    var told = operation.path("parameters").findValuesAsText("in").stream()
                            .filter("path"::equals)
                            .count();
                    assertThat(told).as(path.getKey()).isEqualTo(wanted.size());
                    assertThat(operations.add(operation.path("operationId").asText()))
                            .isTrue();
                }));
    }

    @Test
    void refersToNothingThatIsNotThere() {
        assertThat(document.findValuesAsText("$ref"))
                .isNotEmpty()
                .allSatisfy(reference -> assertThat(
                                document.at(reference.substring(1)).isMissingNode())
                        .as(reference)
                        .isFalse());
    }

    @Test
    void knowsTheWordsOfTheCode() {
        assertThat(words("Type"))
                .isEqualTo(Arrays.stream(ContentType.values())
                        .map(ContentType::toString)
                        .toList());
        assertThat(words("Pulp/properties/abilities/items"))
                .isEqualTo(
                        Arrays.stream(ContentAbility.values()).map(Enum::name).toList());
        assertThat(words("Publish/properties/checksum_type"))
                .isEqualTo(Arrays.stream(ChecksumType.values())
                        .map(ChecksumType::toString)
                        .toList());
        assertThat(words("State"))
                .isEqualTo(
                        Arrays.stream(JobState.values()).map(JobState::toString).toList());
    }

    private List<String> words(String schema) {
        var words = new java.util.ArrayList<String>();
        document.at("/components/schemas/" + schema + "/enum").forEach(word -> words.add(word.asText()));
        return words;
    }
}
