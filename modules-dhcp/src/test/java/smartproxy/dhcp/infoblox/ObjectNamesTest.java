package smartproxy.dhcp.infoblox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import smartproxy.core.api.CallerException;

class ObjectNamesTest {
    @Test
    void oneNameIsThatOfTheObject() {
        var names = new ObjectNames("a.example.com", "a.example.com");
        assertThat(names.comment(names.plain())).isEmpty();
        assertThat(names.comment(names.inDns())).isEmpty();
        assertThat(ObjectNames.read("a.example.com", "")).isEqualTo(names);
    }

    @Test
    void twoNamesStandInTheComment() {
        var names = new ObjectNames("a.example.com-01", "a.example.com");
        assertThat(names.plain()).isEqualTo("a.example.com");
        var comment = names.comment("a.example.com");
        assertThat(comment).contains("smart-proxy: name=a.example.com-01 hostname=a.example.com");
        assertThat(ObjectNames.read("a.example.com", comment.orElseThrow())).isEqualTo(names);
    }

    @Test
    void aCommentOfSomebodyElseSaysNothing() {
        assertThat(ObjectNames.read("a", "printer, 2nd floor")).isEqualTo(new ObjectNames("a", "a"));
        assertThat(ObjectNames.read("a", "smart-proxy: name=b")).isEqualTo(new ObjectNames("a", "a"));
    }

    @Test
    void inDnsItIsTheOneThatCanLieInAZoneInLowerCase() {
        assertThat(new ObjectNames("a.example.com", "short").inDns()).isEqualTo("a.example.com");
        assertThat(new ObjectNames("other", "A.Example.com").inDns()).isEqualTo("a.example.com");
        assertThat(new ObjectNames("one", "two").inDns()).isEqualTo("two");
        assertThat(new ObjectNames("A.example.com", "A.example.com").comment("a.example.com"))
                .contains("smart-proxy: name=A.example.com hostname=A.example.com");
    }

    @Test
    void whatDoesNotFitIsRefused() {
        var names = new ObjectNames("a".repeat(130), "b".repeat(130));
        assertThatThrownBy(() -> names.comment(names.plain()))
                .isInstanceOf(CallerException.class)
                .hasMessageContaining("256 characters");
        assertThatThrownBy(() -> new ObjectNames("a b", "c").comment("c")).isInstanceOf(CallerException.class);
    }
}
