package smartproxy.pulp.content;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import smartproxy.core.daemon.DaemonFixture;

/** Every operation of the content API is told of parameters that it does not know. */
class KnownParametersIT {
    @TempDir
    private Path directory;

    @Test
    void aParameterThatIsNotKnownIsNamedWithThoseThatAre() throws Exception {
        try (var proxy = DaemonFixture.in(directory).module("pulpcore", """
                        :enabled: https
                        :gateway:
                          :enabled: true
                          :remote_user: admin
                        """).start()) {
            var foreman = new ContentClient(proxy);
            var operations = 0;
            for (var path : new ObjectMapper()
                    .readTree(JobsResource.document())
                    .path("paths")
                    .properties()) {
                for (var method : path.getValue().properties()) {
                    var asked = path.getKey().substring("/content".length()).replaceAll("\\{\\w+}", "x");
                    var reply = foreman.send(method.getKey().toUpperCase(Locale.ROOT), asked + "?limitt=5", "{}");
                    assertThat(reply.status()).as(method.getKey() + " " + asked).isEqualTo(400);
                    assertThat(reply.text()).startsWith("Unknown parameter 'limitt'; known are ");
                    operations++;
                }
            }
            assertThat(operations).isGreaterThan(30);

            assertThat(foreman.get("/jobs?limitt=5").text())
                    .isEqualTo("Unknown parameter 'limitt'; known are limit, offset, pulp, state");
            assertThat(foreman.get("/pulps?%3Cx%3E[y]=1").text()).isEqualTo("Unknown parameter '<x>'; known are none");
            assertThat(foreman.get("/jobs?limit=5&state=running&offset=0&pulp=pulp")
                            .status())
                    .isEqualTo(200);
            // whoever sends a JSON body without a type has it read as a form: those are no parameters of the query
            assertThat(foreman.form("/jobs/purge", "{\"before\": \"2026-01-01T00:00:00Z\"}")
                            .status())
                    .isEqualTo(200);
        }
    }
}
