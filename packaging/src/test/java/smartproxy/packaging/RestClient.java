package smartproxy.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Foreman's own HTTP library, Ruby's rest-client, sending to one installation what Foreman sends. */
record RestClient(Site site) {
    private static final Path SCRIPT = House.ROOT.resolve("packaging/src/test/resources/foreman-client.rb");

    static final String REQUEST_ID = "8a6f0c1e-52a4-4a3e-9d4b-7a3c5f1b2d90";

    /** What came back, and what Foreman would make of it. */
    record Told(int status, String outcome, String body) {
        JsonNode json() throws Exception {
            return new ObjectMapper().readTree(outcome);
        }
    }

    /** @param fields of the form, each {@code name=value} */
    Told call(String verb, String path, String... fields) throws Exception {
        var words = new ArrayList<>(List.of(
                "ruby",
                SCRIPT.toString(),
                "https://localhost:" + site.port(),
                site.pki("foreman.pem").toString(),
                site.pki("foreman.key").toString(),
                site.pki("ca.pem").toString(),
                verb,
                path));
        words.addAll(List.of(fields));
        var command = Command.run(site.directory(), Map.of("REQUEST_ID", REQUEST_ID), words);
        assertThat(command.status()).as(command.output()).isZero();
        var answer = command.output().indexOf("ANSWER\n");
        assertThat(answer).as(command.output()).isNotNegative();
        var lines = command.output().substring(answer + "ANSWER\n".length()).split("\n", 3);
        return new Told(Integer.parseInt(lines[0]), lines[1], lines[2].strip());
    }

    /** A change that Foreman takes for made. */
    void done(String verb, String path, String... fields) throws Exception {
        assertThat(call(verb, path, fields)).isEqualTo(new Told(200, "true", ""));
    }
}
