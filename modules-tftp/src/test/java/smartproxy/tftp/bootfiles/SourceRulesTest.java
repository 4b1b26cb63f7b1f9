package smartproxy.tftp.bootfiles;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.net.URI;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import smartproxy.core.api.InvalidSetting;

/** Which servers files may come from. Hosts are addresses here, so that nobody is asked for them. */
class SourceRulesTest {
    private static final SourceRules DEFAULT = new SourceRules(Hosts.NONE, Hosts.NONE);

    private static Hosts hosts(String... texts) throws InvalidSetting {
        return Hosts.setting("boot_file_allow", "").parse(List.of(texts));
    }

    private static void good(SourceRules rules, String host) throws FetchFailed {
        assertThat(rules.addresses(URI.create("http://" + host + "/x"), List.of()))
                .as(host)
                .isNotEmpty();
    }

    private static void refused(SourceRules rules, String host, String why) {
        assertThat(catchThrowableOfType(
                        FetchFailed.class, () -> rules.addresses(URI.create("http://" + host + "/x"), List.of())))
                .as(host)
                .hasMessageContaining("is refused")
                .hasMessageContaining(why)
                .returns(false, FetchFailed::mayPass);
    }

    @ParameterizedTest
    @ValueSource(strings = {"169.254.0.1", "169.254.169.254", "[fe80::1]", "[febf::1]", "[::ffff:169.254.169.254]"})
    void linkLocalAddressesAreRefusedUnlessTheyAreNamed(String host) throws Exception {
        refused(DEFAULT, host, "is link-local; :boot_file_allow: may name it");
        good(new SourceRules(hosts("169.254.0.0/16", "fe80::/10"), Hosts.NONE), host);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"192.0.2.1", "10.1.2.3", "127.0.0.1", "[2001:db8::1]", "[::1]", "169.253.255.255", "[fec0::1]"})
    void othersAreGoodByDefault(String host) throws Exception {
        good(DEFAULT, host);
    }

    @ParameterizedTest
    @ValueSource(strings = {"224.0.0.1", "[ff02::1]"})
    void nobodyIsServedByAGroup(String host) {
        refused(DEFAULT, host, "is no address of a server");
    }

    @ParameterizedTest
    @ValueSource(strings = {"192.0.2.1:0", "192.0.2.1:65536"})
    void aPortThatIsNoneIsNotTriedAgain(String authority) {
        assertThat(catchThrowableOfType(
                        FetchFailed.class,
                        () -> DEFAULT.addresses(URI.create("http://" + authority + "/x"), List.of())))
                .hasMessage("http://" + authority + "/x names no port")
                .returns(false, FetchFailed::mayPass);
    }

    @Test
    void anAuthorityThatIsNoneIsToldWithoutItsPassword() {
        assertThat(catchThrowableOfType(
                        FetchFailed.class, () -> DEFAULT.addresses(URI.create("http://user:s@cret@h/x@y"), List.of())))
                .hasMessage("http://h/x@y names no host: one has letters, digits, '.' and '-' alone")
                .returns(false, FetchFailed::mayPass);
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://my_mirror/x", "http:x", "http:///x"})
    void whatIsNoHostNameIsSaid(String url) {
        assertThat(catchThrowableOfType(FetchFailed.class, () -> DEFAULT.addresses(URI.create(url), List.of())))
                .hasMessage(url + " names no host: one has letters, digits, '.' and '-' alone")
                .returns(false, FetchFailed::mayPass);
    }

    @Test
    void whatIsAllowedIsAllThereIs() throws Exception {
        var rules = new SourceRules(hosts("192.0.2.0/24", "2001:db8::/32"), Hosts.NONE);
        good(rules, "192.0.2.255");
        good(rules, "[2001:db8:ffff::1]");
        refused(rules, "192.0.3.0", "is not in :boot_file_allow:");
        refused(rules, "[2001:db9::1]", "is not in :boot_file_allow:");
    }

    @Test
    void whatIsDeniedIsDeniedThoughItIsAllowed() throws Exception {
        var rules = new SourceRules(hosts("192.0.2.0/24"), hosts("192.0.2.128/25"));
        good(rules, "192.0.2.127");
        refused(rules, "192.0.2.128", "is in :boot_file_deny:");
        refused(rules, "[::ffff:192.0.2.128]", "is in :boot_file_deny:");
    }

    @ParameterizedTest
    @CsvSource({
        "*.example.com, mirror.example.com, true",
        "*.example.com, a.b.example.com, true",
        "*.example.com, example.com, false",
        "*.example.com, evilexample.com, false",
        ".example.com, mirror.example.com, true",
        "Mirror.Example.com., mirror.example.COM, true",
        "mirror.example.com, mirror.example.com., true",
        "mirror.example.com, mirror.example.com.evil.example, false"
    })
    void namesAreComparedWhole(String listed, String host, boolean has) throws Exception {
        assertThat(hosts(listed).hasName(host)).isEqualTo(has);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"192.0.2.0/33", "192.0.2", "300.1.1.1", "*", "a b", "http://h/", "2001:db8::/129", "example.*"})
    void whatIsNeitherNameNorAddressIsAnError(String text) {
        assertThatThrownBy(() -> hosts(text)).isInstanceOf(InvalidSetting.class).hasMessageContaining(text);
    }
}
