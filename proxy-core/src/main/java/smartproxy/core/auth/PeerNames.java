package smartproxy.core.auth;

import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1String;
import org.bouncycastle.asn1.x500.X500Name;

/**
 * The names a certificate gives its holder.
 *
 * @param commonNames the CN values of the subject, in its order; text that looks like a CN inside another attribute is none
 * @param dnsNames the dNSName entries of subjectAltName
 */
public record PeerNames(List<String> commonNames, List<String> dnsNames) {
    private static final ASN1ObjectIdentifier COMMON_NAME = new ASN1ObjectIdentifier("2.5.4.3");
    private static final int DNS_NAME = 2; // GeneralName of RFC 5280 section 4.2.1.6

    /**
     * A subjectAltName that cannot be read names nobody.
     *
     * @throws CertificateParsingException when the subject cannot be read
     */
    public static PeerNames of(X509Certificate certificate) throws CertificateParsingException {
        var dnsNames = new ArrayList<String>();
        for (var alternative : alternatives(certificate)) {
            if (Integer.valueOf(DNS_NAME).equals(alternative.get(0)) && alternative.get(1) instanceof String name) {
                dnsNames.add(name);
            }
        }
        return new PeerNames(commonNames(certificate.getSubjectX500Principal()), List.copyOf(dnsNames));
    }

    /** Of one that cannot be read Java 17 says that there is none, Java 25 that it is invalid. */
    private static Collection<List<?>> alternatives(X509Certificate certificate) {
        try {
            var alternatives = certificate.getSubjectAlternativeNames();
            return alternatives == null ? List.of() : alternatives;
        } catch (CertificateParsingException e) {
            return List.of();
        }
    }

    /** Reads the DER: the JDK's text form takes the bytes of a BMPString for ASCII, so other letters could spell a trusted name. */
    private static List<String> commonNames(X500Principal subject) throws CertificateParsingException {
        var names = new ArrayList<String>();
        try {
            for (var rdn : X500Name.getInstance(subject.getEncoded()).getRDNs(COMMON_NAME)) {
                for (var attribute : rdn.getTypesAndValues()) {
                    if (attribute.getType().equals(COMMON_NAME) && attribute.getValue() instanceof ASN1String name) {
                        names.add(name.getString());
                    }
                }
            }
        } catch (IllegalArgumentException e) {
            throw new CertificateParsingException("its subject is malformed", e);
        }
        return List.copyOf(names);
    }
}
