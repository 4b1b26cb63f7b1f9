package smartproxy.tftp;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import smartproxy.core.api.Deadline;
import smartproxy.core.api.Finding;
import smartproxy.core.api.HealthSource.Health;
import smartproxy.tftp.server.Addresses;

/**
 * Which server hosts load from: {@code tftp_servername}, else what Foreman takes in its place, the host of this proxy's URL.
 * Says whether that can be this host, and whether it answers.
 */
final class BootServer {
    private static final String WHAT = "boot server";

    /** A server that answered is not asked again sooner: it may log each question. */
    private static final Duration WELL = Duration.ofMinutes(5);

    /** For asking all addresses, on a thread that nobody waits for. */
    private static final Duration LOOK_TIME = Duration.ofSeconds(10);

    static final int MAX_ADDRESSES = 4;

    /** Of the built-in TFTP server: there is none. */
    static final String OFF = "is off";

    private final Optional<String> configured;
    private final Supplier<String> builtIn;
    private final int port;
    private final Lookout lookout = new Lookout("boot-server", this::look, WELL);

    /** @param builtIn what the built-in TFTP server does, {@link #OFF} or where it listens */
    BootServer(Optional<String> configured, Supplier<String> builtIn) {
        this(configured, builtIn, TftpProbe.PORT);
    }

    /** @param port that hosts ask */
    BootServer(Optional<String> configured, Supplier<String> builtIn, int port) {
        this.configured = configured;
        this.builtIn = builtIn;
        this.port = port;
    }

    Health health() {
        var seen = lookout.health();
        return lookout.hasLooked()
                ? new Health(
                        seen.ok(), seen.detail() + "; seen " + lookout.age().toSeconds() + " s ago")
                : seen;
    }

    void refresh() {
        lookout.refresh();
    }

    /** What was found of a name. */
    private record Found(String name, List<InetAddress> addresses, Optional<String> trouble) {}

    private Health look() {
        var found = found();
        var answering = new ArrayList<InetAddress>();
        var deadline = Deadline.in(LOOK_TIME);
        try {
            for (var address : found.addresses()) {
                if (answers(address, deadline)) {
                    answering.add(address);
                }
            }
        } catch (InterruptedException e) {
            return new Health(false, "not looked at to the end");
        }
        var text = text(found) + found.trouble().map(why -> "; " + why).orElse("");
        if (!found.addresses().isEmpty()) {
            text += answering.isEmpty()
                    ? "; nothing answers there on UDP port " + port
                    : "; a TFTP server answers at " + shown(answering) + " port " + port;
        }
        return new Health(found.trouble().isEmpty() && !answering.isEmpty(), text);
    }

    private boolean answers(InetAddress address, Deadline deadline) throws InterruptedException {
        return TftpProbe.answers(new InetSocketAddress(address, port), deadline);
    }

    private static String shown(List<InetAddress> addresses) {
        return addresses.stream().map(Addresses::text).collect(Collectors.joining(", "));
    }

    /** For {@code check}: what is known without asking anybody. */
    Finding finding() {
        var name = configured.orElse("the server that Foreman takes");
        var addresses = configured.flatMap(Addresses::literal).map(List::of).orElse(List.of());
        return finding(new Found(name, addresses, addresses.isEmpty() ? Optional.empty() : trouble(addresses)));
    }

    private Finding finding(Found found) {
        return found.trouble()
                .map(why -> Finding.warning(WHAT, text(found) + "; " + why, "correct tftp_servername in tftp.yml"))
                .orElseGet(() -> Finding.ok(WHAT, text(found)));
    }

    /** For {@code check --live}: the same of a name's addresses, and whether a TFTP server answers there. */
    List<Finding> findings(Deadline deadline) throws InterruptedException {
        var found = found();
        var findings = new ArrayList<Finding>();
        if (configured.flatMap(Addresses::literal).isEmpty()) {
            findings.add(finding(found));
        }
        for (var address : found.addresses()) {
            var shown = Addresses.text(address) + " port " + port;
            findings.add(
                    answers(address, deadline)
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
            var addresses = Arrays.stream(InetAddress.getAllByName(name))
                    .limit(MAX_ADDRESSES)
                    .toList();
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
        var addresses = shown(found.addresses());
        var source = configured.isPresent()
                ? ""
                : "; tftp_servername is not set: Foreman takes the host of this proxy's URL, which may be another one";
        return "hosts load from " + found.name() + (addresses.isEmpty() ? "" : " (" + addresses + ")")
                + "; the built-in TFTP server " + builtIn.get() + source;
    }
}
