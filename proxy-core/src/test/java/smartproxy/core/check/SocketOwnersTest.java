package smartproxy.core.check;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import smartproxy.core.check.SocketOwners.Owner;

class SocketOwnersTest {
    private static final String HEAD =
            "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid\n";

    @TempDir
    Path proc;

    @Test
    void findsTheProcessThatListens() throws IOException {
        table("tcp", "0100007F:20FB", "0A", "4711");
        process(812, "4711", "/usr/bin/java", "-cp", "x", "smartproxy.core.daemon.Main", "run");

        var owner = owners().of(true, 8443).orElseThrow();

        assertThat(owner.pid()).isEqualTo(812);
        assertThat(owner.isSmartProxy()).isTrue();
        assertThat(owner.isRubyProxy()).isFalse();
    }

    @Test
    void seesUdpAndIpv6() throws IOException {
        table("udp6", "00000000000000000000000000000000:0035", "07", "99");
        process(7, "99", "named");

        assertThat(owners().of(false, 53))
                .hasValueSatisfying(owner -> assertThat(owner).hasToString("process 7 (named)"));
        assertThat(owners().of(true, 53)).isEmpty();
    }

    @Test
    void isNotMisledByConnectionsOrOtherPorts() throws IOException {
        table("tcp", "0100007F:20FB", "01", "4711");
        process(812, "4711", "curl");

        assertThat(owners().of(true, 8443)).isEmpty();
        assertThat(owners().of(true, 8444)).isEmpty();
    }

    @Test
    void saysNothingOfAProcessItCannotSee() throws IOException {
        table("tcp", "0100007F:20FB", "0A", "4711");
        assertThat(owners().of(true, 8443)).isEmpty();
        assertThat(new SocketOwners(proc.resolve("none")).of(true, 8443)).isEmpty();
    }

    @Test
    void knowsTheRubyProxyAndItself() {
        assertThat(new Owner(1, List.of("/usr/bin/ruby", "/usr/share/foreman-proxy/bin/smart-proxy")).isRubyProxy())
                .isTrue();
        assertThat(new Owner(1, List.of("/usr/bin/ruby", "/usr/bin/puma")).isRubyProxy())
                .isFalse();
        assertThat(new Owner(1, List.of("java", "smartproxy.core.daemon.Main", "check", "--live")).isSmartProxy())
                .isFalse();
        assertThat(new Owner(1, List.of("x".repeat(500))).toString()).hasSizeLessThan(120);
    }

    private SocketOwners owners() {
        return new SocketOwners(proc);
    }

    private void table(String name, String local, String state, String inode) throws IOException {
        Files.createDirectories(proc.resolve("net"));
        Files.writeString(
                proc.resolve("net/" + name),
                HEAD + "   0: " + local + " 00000000:0000 " + state + " 00000000:00000000 00:00000000 00000000   0  0 "
                        + inode + " 1 0000 100 0 0 10 0\n");
    }

    private void process(int pid, String inode, String... words) throws IOException {
        var fd = Files.createDirectories(proc.resolve(pid + "/fd"));
        Files.createSymbolicLink(fd.resolve("5"), Path.of("socket:[" + inode + "]"));
        Files.writeString(proc.resolve(pid + "/cmdline"), String.join("\0", words) + "\0");
    }
}
