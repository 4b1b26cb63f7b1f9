package smartproxy.core.check;

import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.CertPathValidator;
import java.security.cert.CertificateFactory;
import java.security.cert.CertificateParsingException;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import smartproxy.core.api.Finding;
import smartproxy.core.api.StartException;
import smartproxy.core.auth.PeerNames;
import smartproxy.core.settings.HostSettings;
import smartproxy.core.tls.Pem;
import smartproxy.core.tls.TlsContext;

/** The certificates: how long they live, who signed them, whom they name. */
final class CertificateChecks {
    private static final Duration SOON = Duration.ofDays(14);
    private static final String CLIENT_USAGE = "1.3.6.1.5.5.7.3.2";
    private static final String SERVER_USAGE = "1.3.6.1.5.5.7.3.1";
    private static final String ANY_USAGE = "2.5.29.37.0";

    private final HostSettings settings;
    private final TlsContext tls;
    private final Clock clock;

    CertificateChecks(HostSettings settings, TlsContext tls, Clock clock) {
        this.settings = settings;
        this.tls = tls;
        this.clock = clock;
    }

    /** @param hostName how others call this host; empty when it has no full name */
    List<Finding> look(Optional<String> hostName) {
        var findings = new ArrayList<Finding>();
        var what = "certificate " + settings.tls().certificate().orElseThrow();
        var server = tls.chain().get(0);
        findings.add(life(what, server));
        usage(what, server, SERVER_USAGE, "servers").ifPresent(findings::add);
        findings.add(chain(what));
        findings.add(names(what, server, hostName));
        var ca = "ssl_ca_file " + settings.tls().ca().orElseThrow();
        tls.authorities().forEach(authority -> findings.add(life(ca, authority)));
        if (settings.foreman().url().isPresent()) {
            settings.foreman().certificate().ifPresent(file -> findings.addAll(client(file)));
        }
        return findings;
    }

    private Finding life(String what, X509Certificate certificate) {
        var end = certificate.getNotAfter().toInstant();
        var now = clock.instant();
        var of = "that of " + certificate.getSubjectX500Principal().getName();
        if (now.isAfter(end)) {
            return Finding.error(what, of + " expired at " + end, "replace it");
        }
        if (now.isBefore(certificate.getNotBefore().toInstant())) {
            return Finding.error(
                    what,
                    of + " is not valid before " + certificate.getNotBefore().toInstant(),
                    "set the clock, or replace it");
        }
        var left = Duration.between(now, end);
        return left.compareTo(SOON) < 0
                ? Finding.warning(what, of + " expires at " + end + ", in " + left.toDays() + " days", "replace it")
                : Finding.ok(what, of + " is valid until " + end + ", " + left.toDays() + " days");
    }

    private static Optional<Finding> usage(String what, X509Certificate certificate, String wanted, String whom) {
        try {
            var usages = certificate.getExtendedKeyUsage();
            return usages == null || usages.contains(wanted) || usages.contains(ANY_USAGE)
                    ? Optional.empty()
                    : Optional.of(Finding.error(
                            what,
                            "is not made for " + whom + " (extended key usage)",
                            "have one issued for serverAuth and clientAuth"));
        } catch (CertificateParsingException e) {
            return Optional.of(Finding.error(what, "its extended key usage cannot be read", "replace it"));
        }
    }

    private Finding chain(String what) {
        try {
            var sent = new ArrayList<>(tls.chain());
            // The root is where the path ends, no part of it.
            sent.removeIf(certificate -> tls.authorities().contains(certificate));
            if (sent.isEmpty()) {
                return Finding.ok(what, "is itself in ssl_ca_file");
            }
            var parameters = new PKIXParameters(tls.authorities().stream()
                    .map(authority -> new TrustAnchor(authority, null))
                    .collect(Collectors.toSet()));
            parameters.setRevocationEnabled(false);
            // How long they live has lines of its own; one above may have been renewed since it signed.
            parameters.setDate(sent.stream()
                    .map(X509Certificate::getNotBefore)
                    .max(Comparator.naturalOrder())
                    .orElseThrow());
            var path = CertificateFactory.getInstance("X.509").generateCertPath(sent);
            CertPathValidator.getInstance("PKIX").validate(path, parameters);
            return Finding.ok(what, "its chain leads to ssl_ca_file");
        } catch (GeneralSecurityException e) {
            return Finding.warning(
                    what,
                    "its chain does not lead to ssl_ca_file: " + e.getMessage(),
                    "fine if Foreman trusts its issuer otherwise; else have it signed by that authority, and put"
                            + " intermediate ones behind it in the file");
        }
    }

    private static Finding names(String what, X509Certificate certificate, Optional<String> hostName) {
        PeerNames names;
        try {
            names = PeerNames.of(certificate);
        } catch (CertificateParsingException e) {
            return Finding.error(what, "its names cannot be read: " + e.getMessage(), "replace it");
        }
        if (hostName.isEmpty()) {
            return Finding.warning(
                    what,
                    "names " + names.dnsNames() + "; this host has no full name to compare with",
                    "the proxy's URL in Foreman must have one of these names");
        }
        var name = hostName.get();
        if (names.dnsNames().stream().anyMatch(pattern -> matches(pattern, name))) {
            return Finding.ok(what, "names this host, " + name);
        }
        if (names.dnsNames().isEmpty() && names.commonNames().stream().anyMatch(cn -> matches(cn, name))) {
            return Finding.warning(
                    what,
                    "names this host, " + name + ", in its CN only",
                    "have one issued with a subjectAltName, newer clients look nowhere else");
        }
        return Finding.warning(
                what,
                "does not name this host, " + name + ", but "
                        + (names.dnsNames().isEmpty() ? names.commonNames() : names.dnsNames()),
                "fine if the proxy's URL in Foreman has one of these names; else have one issued with that name");
    }

    /** RFC 6125, section 6.4.3: a star stands for the whole first label. */
    private static boolean matches(String pattern, String name) {
        var lower = pattern.toLowerCase(Locale.ROOT);
        var host = name.toLowerCase(Locale.ROOT);
        var dot = host.indexOf('.');
        return lower.equals(host)
                || (lower.startsWith("*.") && dot > 0 && host.substring(dot).equals(lower.substring(1)));
    }

    /** What is shown to Foreman. */
    private List<Finding> client(Path file) {
        var what = "foreman_ssl_cert " + file;
        try {
            var certificate = Pem.certificates(file).get(0);
            var findings = new ArrayList<>(List.of(life(what, certificate)));
            usage(what, certificate, CLIENT_USAGE, "clients").ifPresent(findings::add);
            return findings;
        } catch (StartException e) {
            return List.of(Finding.warning(
                    what,
                    String.valueOf(e.getMessage()),
                    "needed when the proxy calls Foreman, which this version does not"));
        }
    }
}
