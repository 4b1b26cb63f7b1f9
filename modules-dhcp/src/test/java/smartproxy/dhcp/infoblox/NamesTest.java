package smartproxy.dhcp.infoblox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import smartproxy.core.api.CallerException;

class NamesTest {
    @Test
    void oneNameIsThatOfTheObject() {
        var names = new Names("a.example.com", "a.example.com");
        assertThat(names.comment(names.plain())).isEmpty();
        assertThat(names.comment(names.inDns())).isEmpty();
        assertThat(Names.read("a.example.com", "")).isEqualTo(names);
    }

    @Test
    void twoNamesStandInTheComment() {
        var names = new Names("a.example.com-01", "a.example.com");
        assertThat(names.plain()).isEqualTo("a.example.com");
        var comment = names.comment("a.example.com");
        assertThat(comment).contains("smart-proxy: name=a.example.com-01 hostname=a.example.com");
        assertThat(Names.read("a.example.com", comment.orElseThrow())).isEqualTo(names);
    }

    @Test
    void aCommentOfSomebodyElseSaysNothing() {
        assertThat(Names.read("a", "printer, 2nd floor")).isEqualTo(new Names("a", "a"));
        assertThat(Names.read("a", "smart-proxy: name=b")).isEqualTo(new Names("a", "a"));
    }

    @Test
    void inDnsItIsTheOneThatCanLieInAZoneInLowerCase() {
        assertThat(new Names("a.example.com", "short").inDns()).isEqualTo("a.example.com");
        assertThat(new Names("other", "A.Example.com").inDns()).isEqualTo("a.example.com");
        assertThat(new Names("one", "two").inDns()).isEqualTo("two");
        assertThat(new Names("A.example.com", "A.example.com").comment("a.example.com"))
                .contains("smart-proxy: name=A.example.com hostname=A.example.com");
    }

    @Test
    void whatDoesNotFitIsRefused() {
        var names = new Names("a".repeat(130), "b".repeat(130));
        assertThatThrownBy(() -> names.comment(names.plain()))
                .isInstanceOf(CallerException.class)
                .hasMessageContaining("256 characters");
        assertThatThrownBy(() -> new Names("a b", "c").comment("c")).isInstanceOf(CallerException.class);
    }
}
