package smartproxy.tftp;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import smartproxy.core.api.Deadline;
import smartproxy.core.api.Finding;
import smartproxy.core.api.HealthSource.Health;

/**
 * Which server hosts load from: {@code tftp_servername}, else what Foreman takes in its place, the host of this proxy's URL.
 * Says whether that can be this host, and whether it answers.
 */
final class BootServer {
    private static final String WHAT = "boot server";

    private final Optional<String> configured;
    private final TftpModule.Listening listening;
    private final Lookout lookout = new Lookout("boot-server", this::look);

    BootServer(Optional<String> configured, TftpModule.Listening listening) {
        this.configured = configured;
        this.listening = listening;
    }

    Health health() {
        return lookout.health();
    }

    void refresh() {
        lookout.refresh();
    }

    /** What was found of a name. */
    private record Found(String name, List<InetAddress> addresses, Optional<String> trouble) {}

    private Health look() {
        var found = found();
        return new Health(
                found.trouble().isEmpty(),
                text(found) + found.trouble().map(why -> "; " + why).orElse(""));
    }

    /** For {@code check --live}: the same, and whether a TFTP server answers there. */
    List<Finding> findings(Deadline deadline) throws InterruptedException {
        var found = found();
        var findings = new ArrayList<Finding>();
        findings.add(found.trouble()
                .map(why -> Finding.warning(WHAT, text(found) + "; " + why, "correct tftp_servername in tftp.yml"))
                .orElseGet(() -> Finding.ok(WHAT, text(found))));
        for (var address : found.addresses()) {
            var shown = address.getHostAddress() + " port " + TftpProbe.PORT;
            findings.add(
                    TftpProbe.answers(new InetSocketAddress(address, TftpProbe.PORT), deadline)
                            ? Finding.ok(WHAT, "a TFTP server answers at " + shown)
                            : Finding.warning(
                                    WHAT,
                                    "nothing answers at " + shown + " (UDP)",
                                    "start the TFTP server there, or correct tftp_servername in tftp.yml"));
        }
        return findings;
    }

    private Found found() {
        String name;
        try {
            name = configured.isPresent()
                    ? configured.get()
                    : InetAddress.getLocalHost().getCanonicalHostName();
        } catch (UnknownHostException e) {
            return new Found("(unknown)", List.of(), Optional.of("this host has no name"));
        }
        try {
            var addresses = List.of(InetAddress.getAllByName(name));
            return new Found(name, addresses, trouble(addresses));
        } catch (UnknownHostException e) {
            return new Found(name, List.of(), Optional.of("the name has no address"));
        }
    }

    private static Optional<String> trouble(List<InetAddress> addresses) {
        if (addresses.stream().allMatch(InetAddress::isLoopbackAddress)) {
            return Optional.of("that is loopback, no other host can load from there");
        }
        try {
            for (var address : addresses) {
                if (NetworkInterface.getByInetAddress(address) != null) {
                    return Optional.empty();
                }
            }
        } catch (IOException e) {
            return Optional.empty(); // not known is no trouble
        }
        return Optional.of("that is no address of this host, where the files are written");
    }

    private String text(Found found) {
        var addresses =
                found.addresses().stream().map(InetAddress::getHostAddress).collect(Collectors.joining(", "));
        var source = configured.isPresent()
                ? ""
                : "; tftp_servername is not set: Foreman takes the host of this proxy's URL, which may be another one";
        return "hosts load from " + found.name() + (addresses.isEmpty() ? "" : " (" + addresses + ")") + "; "
                + builtIn() + source;
    }

    private String builtIn() {
        var addresses = listening.addresses();
        return addresses.isEmpty()
                ? "the built-in TFTP server is off"
                : "the built-in TFTP server listens on "
                        + addresses.stream()
                                .map(address -> address.getAddress().getHostAddress() + " port " + address.getPort())
                                .collect(Collectors.joining(", "));
    }
}
