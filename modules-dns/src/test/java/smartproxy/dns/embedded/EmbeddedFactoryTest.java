package smartproxy.dns.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;
import smartproxy.core.api.ProviderFactory;
import smartproxy.dns.DnsAbility;

final class EmbeddedFactoryTest {
    @Test
    void isFound() {
        assertThat(ServiceLoader.load(ProviderFactory.class).stream().map(ServiceLoader.Provider::type))
                .contains(EmbeddedFactory.class);
    }

    @Test
    void saysWhatItIs() {
        var factory = new EmbeddedFactory();
        assertThat(factory.name()).isEqualTo("dns_embedded");
        assertThat(factory.module()).isEqualTo("dns");
        assertThat(factory.abilities()).containsExactlyInAnyOrder(DnsAbility.SRV, DnsAbility.CNAME, DnsAbility.ATOMIC);
    }
}
