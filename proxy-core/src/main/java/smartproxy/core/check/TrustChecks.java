package smartproxy.core.check;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import smartproxy.core.api.BusyException;
import smartproxy.core.api.Deadline;
import smartproxy.core.api.Finding;
import smartproxy.core.auth.HostResolver;
import smartproxy.core.settings.HostSettings;

/** Whether Foreman would be let in by its name. */
final class TrustChecks {
    private static final int MOST_HOSTS = 20;

    private final HostSettings settings;
    private final HostResolver resolver;

    TrustChecks(HostSettings settings, HostResolver resolver) {
        this.settings = settings;
        this.resolver = resolver;
    }

    List<Finding> look(Deadline deadline) {
        var findings = new ArrayList<Finding>();
        var trusted = settings.auth().trustedHosts();
        if (trusted.isEmpty()) {
            findings.add(Finding.warning(
                    "trusted_hosts",
                    "is not set: every certificate of ssl_ca_file may use all modules, your managed hosts among them"
                            + (settings.auth().allowHttpWithoutTrustedHosts() ? ", and anybody over plain http" : ""),
                    "name the Foreman server in it"));
            return findings;
        }
        if (trusted.get().isEmpty()) {
            findings.add(
                    Finding.warning("trusted_hosts", "is empty: nobody is let in", "name the Foreman server in it"));
        }
        foreman(trusted.get()).ifPresent(findings::add);
        for (var host : trusted.get().stream().limit(MOST_HOSTS).toList()) {
            findings.add(host(host, trusted.get(), deadline));
        }
        if (trusted.get().size() > MOST_HOSTS) {
            findings.add(Finding.warning(
                    "trusted_hosts", "only the first " + MOST_HOSTS + " were looked up", "look at the others by hand"));
        }
        return findings;
    }

    /** Foreman's certificate usually has the name of its URL. */
    private Optional<Finding> foreman(List<String> trusted) {
        return settings.foreman()
                .url()
                .flatMap(url -> Optional.ofNullable(url.getHost()))
                .map(host -> {
                    var what = "foreman_url " + host;
                    return trusted.stream().anyMatch(entry -> same(entry, host))
                            ? Finding.ok(what, "is in trusted_hosts")
                            : Finding.warning(
                                    what,
                                    "is not in trusted_hosts, so Foreman is refused unless its certificate has another name",
                                    "add it to trusted_hosts, if it is your Foreman");
                });
    }

    private Finding host(String host, List<String> trusted, Deadline deadline) {
        var what = "trusted_hosts " + host;
        if (host.contains("*")) {
            return Finding.warning(what, "patterns match nothing", "write the whole name");
        }
        List<InetAddress> addresses;
        try {
            addresses = addresses(host, deadline);
        } catch (HostResolver.LookupException | BusyException e) {
            return Finding.warning(
                    what,
                    "its address was not found: " + e.getMessage(),
                    overHttp()
                            ? "correct the name, or make the record: over plain http it is refused"
                            : "correct the name if it is a slip; over https the certificate counts alone");
        }
        if (addresses.isEmpty()) {
            return Finding.warning(what, "has no address", "correct the name if it is a slip");
        }
        return overHttp()
                ? reverse(what, addresses, trusted, deadline)
                : Finding.ok(what, "is " + text(addresses) + "; over https its certificate counts alone");
    }

    private boolean overHttp() {
        return settings.http().httpPort().isPresent();
    }

    /** What the daemon would do with a connection from there. */
    private Finding reverse(String what, List<InetAddress> addresses, List<String> trusted, Deadline deadline) {
        for (var address : addresses) {
            var text = address.getHostAddress();
            try {
                var name = resolver.nameOf(address, deadline);
                if (trusted.stream().noneMatch(entry -> same(entry, name))) {
                    return Finding.warning(
                            what,
                            "over plain http it is refused: the name of its address " + text + " is " + name,
                            "correct the reverse record, or add that name to trusted_hosts");
                }
                if (settings.auth().forwardVerify()
                        && !resolver.addressesOf(name, address, deadline).contains(address)) {
                    return Finding.warning(
                            what,
                            "over plain http it is refused: " + text + " is called " + name
                                    + ", which has another address",
                            "correct its address record");
                }
            } catch (HostResolver.LookupException | BusyException e) {
                return Finding.warning(
                        what,
                        "over plain http it is refused: for its address " + text + " " + e.getMessage(),
                        "make a reverse record for it, or let Foreman call https");
            }
        }
        return Finding.ok(what, "is " + text(addresses) + ", there and back");
    }

    private List<InetAddress> addresses(String host, Deadline deadline) throws HostResolver.LookupException {
        var all = new ArrayList<InetAddress>();
        HostResolver.LookupException failure = null;
        for (var like : List.of("0.0.0.0", "::")) {
            try {
                all.addAll(resolver.addressesOf(host, InetAddress.getByName(like), deadline));
            } catch (HostResolver.LookupException e) {
                failure = e;
            } catch (UnknownHostException e) {
                throw new IllegalStateException(e);
            }
        }
        if (all.isEmpty() && failure != null) {
            throw failure;
        }
        return all;
    }

    private static String text(List<InetAddress> addresses) {
        return String.join(
                ", ", addresses.stream().map(InetAddress::getHostAddress).toList());
    }

    private static boolean same(String entry, String name) {
        return plain(entry).equals(plain(name));
    }

    private static String plain(String name) {
        var lower = name.toLowerCase(Locale.ROOT);
        return lower.endsWith(".") ? lower.substring(0, lower.length() - 1) : lower;
    }
}
