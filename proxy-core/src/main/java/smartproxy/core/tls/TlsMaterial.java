package smartproxy.core.tls;

import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import smartproxy.core.api.StartException;

/**
 * What the files of the settings held when they were read, found to belong together.
 *
 * @param chain the server's certificate, then its authorities as far as the file has them
 * @param authorities of client certificates
 * @param revocations empty: nothing is checked for revocation
 * @param notes for the log
 */
record TlsMaterial(
        PrivateKey key,
        List<X509Certificate> chain,
        List<X509Certificate> authorities,
        List<X509CRL> revocations,
        List<String> notes) {

    private static final Duration EXPIRES_SOON = Duration.ofDays(14);
    private static final String HINT = " Are the values correct in settings.yml and do permissions allow reading? ";
    private static final String DELTA_CRL_INDICATOR = "2.5.29.27";

    /**
     * @param settings with certificate, key and authority
     * @throws StartException naming every file that cannot be used
     */
    static TlsMaterial read(TlsSettings settings) throws StartException {
        var reading = new Reading(settings);
        var material = reading.material();
        if (material.isPresent()) {
            return material.get();
        }
        throw new StartException(reading.troubles.stream()
                .map(trouble -> trouble.summary() + HINT + trouble)
                .collect(Collectors.joining("; ")));
    }

    /** All that is wrong with the files; empty when they can be used. */
    static List<TlsTrouble> troubles(TlsSettings settings) {
        var reading = new Reading(settings);
        return reading.material().isPresent() ? List.of() : List.copyOf(reading.troubles);
    }

    /** Reads file by file, and goes on after one that is not good. */
    private static final class Reading {
        private final TlsSettings settings;
        private final Path caFile;
        private final Path keyFile;
        private final Path certificateFile;
        private final List<TlsTrouble> troubles = new ArrayList<>();
        private final List<String> notes = new ArrayList<>();

        Reading(TlsSettings settings) {
            this.settings = settings;
            caFile = settings.ca().orElseThrow();
            keyFile = settings.privateKey().orElseThrow();
            certificateFile = settings.certificate().orElseThrow();
        }

        Optional<TlsMaterial> material() {
            var authorities = attempt("Unable to read " + caFile + ".", caFile, () -> Pem.certificates(caFile));
            var key = attempt(
                    "Unable to load private SSL key.",
                    keyFile,
                    () -> Pem.privateKey(keyFile, settings.passphraseFile()));
            var chain = attempt("Unable to load SSL certificate.", certificateFile, () -> {
                var found = Pem.certificates(certificateFile);
                return key.isPresent() ? chain(certificateFile, found, key.get(), keyFile, notes) : found;
            });
            var revocations = settings.crl()
                    .map(file -> attempt(
                            "Unable to read " + file + ".",
                            file,
                            () -> authorities.isPresent()
                                    ? revocations(file, caFile, authorities.get(), notes)
                                    : Pem.revocationLists(file)))
                    .orElse(Optional.of(List.of()));
            return troubles.isEmpty()
                    ? Optional.of(new TlsMaterial(
                            key.orElseThrow(),
                            chain.orElseThrow(),
                            authorities.orElseThrow(),
                            revocations.orElseThrow(),
                            List.copyOf(notes)))
                    : Optional.empty();
        }

        private <T> Optional<T> attempt(String summary, Path file, Load<T> load) {
            try {
                return Optional.of(load.get());
            } catch (StartException | IOException e) {
                troubles.add(TlsTrouble.of(summary, file, files(settings), String.valueOf(e.getMessage())));
                return Optional.empty();
            }
        }
    }

    /** When the server's certificate ends. */
    Instant certificateNotAfter() {
        return chain.get(0).getNotAfter().toInstant();
    }

    /** When the first of the authorities ends. */
    Instant authorityNotAfter() {
        return authorities.stream()
                .map(authority -> authority.getNotAfter().toInstant())
                .min(Instant::compareTo)
                .orElseThrow();
    }

    /** When the first of the revocation lists should have been replaced. */
    Optional<Instant> revocationsNextUpdate() {
        return revocations.stream()
                .filter(list -> list.getNextUpdate() != null)
                .map(list -> list.getNextUpdate().toInstant())
                .min(Instant::compareTo);
    }

    /** What has ended, or will soon. */
    List<String> expiryWarnings(TlsSettings settings, Instant now) {
        var warnings = new ArrayList<String>();
        for (var certificate : chain) {
            warnIfEnding(warnings, settings.certificate().orElseThrow(), certificate, now);
        }
        for (var authority : authorities) {
            warnIfEnding(warnings, settings.ca().orElseThrow(), authority, now);
        }
        revocationsNextUpdate()
                .filter(now::isAfter)
                .ifPresent(time -> warnings.add(settings.crl().orElseThrow()
                        + ": the revocation list should have been replaced at " + time + "; the old one stays in use"));
        return warnings;
    }

    private static void warnIfEnding(List<String> warnings, Path file, X509Certificate certificate, Instant now) {
        var end = certificate.getNotAfter().toInstant();
        var begin = certificate.getNotBefore().toInstant();
        var what = file + ": the certificate of " + name(certificate);
        if (now.isAfter(end)) {
            warnings.add(what + " expired at " + end + "; replace it");
        } else if (now.isBefore(begin)) {
            warnings.add(what + " is not valid before " + begin + "; is the clock right?");
        } else if (now.plus(EXPIRES_SOON).isAfter(end)) {
            warnings.add(what + " expires at " + end + "; replace it before");
        }
    }

    private static List<X509Certificate> chain(
            Path file, List<X509Certificate> found, PrivateKey key, Path keyFile, List<String> notes)
            throws StartException {
        var server = found.get(0);
        if (!Pem.belongTogether(key, server.getPublicKey())) {
            for (var i = 1; i < found.size(); i++) {
                if (Pem.belongTogether(key, found.get(i).getPublicKey())) {
                    throw new StartException(file + ": the server's certificate must come first; the one that fits "
                            + keyFile + " is number " + (i + 1) + " (" + name(found.get(i)) + ")");
                }
            }
            throw new StartException(file + ": the certificate of " + name(server) + " does not belong to the key in "
                    + keyFile + "; put the two that belong together into the settings");
        }
        var chain = new ArrayList<>(List.of(server));
        var rest = new ArrayList<>(found.subList(1, found.size()));
        var last = server;
        while (!isSelfIssued(last)) {
            var issued = last;
            var issuer = rest.stream()
                    .filter(candidate -> isIssuer(candidate, issued))
                    .findFirst();
            if (issuer.isEmpty()) {
                break;
            }
            last = issuer.get();
            chain.add(last);
            rest.remove(last);
        }
        for (var stray : rest) {
            notes.add(file + ": the certificate of " + name(stray)
                    + " is not part of the server's chain and is not sent");
        }
        if (rest.isEmpty() && !chain.equals(found)) {
            notes.add(file + ": the chain is not in order, each certificate should be followed by its issuer;"
                    + " it is sent in the right order");
        }
        return List.copyOf(chain);
    }

    private static List<X509CRL> revocations(
            Path file, Path caFile, List<X509Certificate> authorities, List<String> notes) throws StartException {
        var lists = Pem.revocationLists(file);
        for (var list : lists) {
            var issuer = list.getIssuerX500Principal().getName();
            var ours = authorities.stream()
                    .filter(authority -> authority.getSubjectX500Principal().equals(list.getIssuerX500Principal()))
                    .toList();
            if (ours.isEmpty()) {
                throw new StartException(file + ": the revocation list of " + issuer + " is not of an authority in "
                        + caFile + "; add its certificate there");
            }
            if (ours.stream().noneMatch(authority -> isSigned(list, authority))) {
                throw new StartException(
                        file + ": the revocation list of " + issuer + " is not signed by it; fetch it anew");
            }
            var critical = list.getCriticalExtensionOIDs();
            if (critical != null && critical.contains(DELTA_CRL_INDICATOR)) {
                throw new StartException(file + ": this is a delta list of " + issuer + "; a complete one is needed");
            }
        }
        for (var authority : authorities) {
            if (lists.stream()
                    .noneMatch(list -> list.getIssuerX500Principal().equals(authority.getSubjectX500Principal()))) {
                notes.add(file + ": no revocation list of " + name(authority)
                        + " in it; certificates signed by that authority are not checked for revocation");
            }
        }
        return lists;
    }

    private static boolean isSigned(X509CRL list, X509Certificate authority) {
        try {
            list.verify(authority.getPublicKey());
            return true;
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    private static boolean isIssuer(X509Certificate issuer, X509Certificate issued) {
        if (!issuer.getSubjectX500Principal().equals(issued.getIssuerX500Principal())) {
            return false;
        }
        try {
            issued.verify(issuer.getPublicKey());
            return true;
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    private static boolean isSelfIssued(X509Certificate certificate) {
        return certificate.getSubjectX500Principal().equals(certificate.getIssuerX500Principal());
    }

    static String name(X509Certificate certificate) {
        return certificate.getSubjectX500Principal().getName();
    }

    private interface Load<T> {
        T get() throws StartException, IOException;
    }

    /** The files that were read. */
    static Set<Path> files(TlsSettings settings) {
        var files = new LinkedHashSet<Path>();
        settings.certificate().ifPresent(files::add);
        settings.privateKey().ifPresent(files::add);
        settings.passphraseFile().ifPresent(files::add);
        settings.ca().ifPresent(files::add);
        settings.crl().ifPresent(files::add);
        return files;
    }
}
