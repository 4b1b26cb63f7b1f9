package smartproxy.core.settings;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import smartproxy.core.api.Secret;

class PlainValuesTest {
    @Test
    void areWhatAFileWouldHold() {
        assertThat(PlainValues.of(Duration.ofSeconds(5))).isEqualTo(5L);
        assertThat(PlainValues.of(Duration.ofMillis(1500))).isEqualTo(1.5);
        assertThat(PlainValues.of(Path.of("/a"))).isEqualTo("/a");
        assertThat(PlainValues.of(URI.create("http://a/"))).isEqualTo("http://a/");
        assertThat(PlainValues.of(List.of(Path.of("/a"), true, 1))).isEqualTo(List.of("/a", true, 1));
        assertThat(PlainValues.of(Map.of("a", Path.of("/a")))).isEqualTo(Map.of("a", "/a"));
        assertThat(PlainValues.of(new Secret("sesame"))).isEqualTo(new Secret("sesame"));
    }

    @Test
    void areWrittenSoThatTheyAreReadAlike() {
        assertThat(SampleWriter.yaml("plain")).isEqualTo("plain");
        assertThat(SampleWriter.yaml("no")).isEqualTo("'no'");
        assertThat(SampleWriter.yaml("")).isEqualTo("''");
        assertThat(SampleWriter.yaml("it's")).isEqualTo("'it''s'");
        assertThat(SampleWriter.yaml(":https")).isEqualTo("':https'");
        assertThat(SampleWriter.yaml(List.of("1.2", 1.2))).isEqualTo("['1.2', 1.2]");
        assertThat(SampleWriter.yaml(Map.of("a", List.of()))).isEqualTo("{a: []}");
    }
}
