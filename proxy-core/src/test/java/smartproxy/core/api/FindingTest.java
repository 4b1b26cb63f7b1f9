package smartproxy.core.api;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class FindingTest {
    @Test
    void isOneLineWithoutCommandsForTheTerminal() {
        assertThat(Finding.warning("kea", "it says a\r\nb\u001b[2J\u009b2Jc", "look"))
                .hasToString("warning: kea: it says a b [2J 2Jc; look");
        assertThat(Finding.ok("dns", "answers")).hasToString("ok: dns: answers");
    }
}
