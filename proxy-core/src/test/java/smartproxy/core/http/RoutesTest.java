package smartproxy.core.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import smartproxy.core.api.Mount;
import smartproxy.core.api.Role;

class RoutesTest {
    private final Routes routes =
            new Routes(List.of(mount(Mount.ROOT), mount("/puppet"), mount("/puppet/ca"), mount("/dns"), mount("/v2")));

    @ParameterizedTest
    @CsvSource({
        "/dns, /dns, ''",
        "/dns/, /dns, /",
        "//dns//x, /dns, /x",
        "/dns/../features, /dns, /features",
        "/puppet/ca/autosign, /puppet/ca, /autosign",
        "/puppet/cat, /puppet, /cat",
        "/features, '', /features",
        "/./features, '', /features",
        "/dnsx, '', /dnsx",
        "/%64ns/x, '', /%64ns/x"
    })
    void findsTheLongestMountByWholeSegmentsOfThePathAsSent(String path, String mount, String rest) {
        var hit = routes.find(RequestPath.parse(path)).orElseThrow();
        assertThat(hit.mount().path()).isEqualTo(mount);
        assertThat(hit.path()).isEqualTo(rest);
    }

    @Test
    void findsNothingWithoutRoot() {
        assertThat(new Routes(List.of(mount("/dns"))).find(RequestPath.parse("/x")))
                .isEmpty();
    }

    @Test
    void anExactMountLeavesWhatLiesBelowToOthers() {
        var exact = mount("/v2/features").exactly();
        var first = mount("/v2");
        var mixed = new Routes(List.of(first, mount("/v2"), exact));

        assertThat(mixed.find(RequestPath.parse("/v2/features")).orElseThrow().mount())
                .isSameAs(exact);
        for (var path : List.of("/v2/features/", "/v2/features/x", "/v2/feature", "/v2/")) {
            assertThat(mixed.find(RequestPath.parse(path)).orElseThrow().mount())
                    .as(path)
                    .isSameAs(first);
        }
    }

    private static Mount mount(String path) {
        return new Mount(path, Role.FOREMAN, List.of());
    }
}
