package smartproxy.core.auth;

import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import javax.naming.InvalidNameException;
import javax.naming.NamingException;
import javax.naming.ldap.LdapName;
import javax.security.auth.x500.X500Principal;

/**
 * The names a certificate gives its holder.
 *
 * @param commonNames the CN values of the subject, in its order; text that looks like a CN inside another attribute is none
 * @param dnsNames the dNSName entries of subjectAltName
 */
record PeerNames(List<String> commonNames, List<String> dnsNames) {
    private static final int DNS_NAME = 2; // GeneralName of RFC 5280 section 4.2.1.6

    /** @throws CertificateParsingException when subject or subjectAltName cannot be read */
    static PeerNames of(X509Certificate certificate) throws CertificateParsingException {
        var dnsNames = new ArrayList<String>();
        var alternatives = certificate.getSubjectAlternativeNames();
        if (alternatives != null) {
            for (var alternative : alternatives) {
                if (Integer.valueOf(DNS_NAME).equals(alternative.get(0)) && alternative.get(1) instanceof String name) {
                    dnsNames.add(name);
                }
            }
        }
        return new PeerNames(commonNames(certificate.getSubjectX500Principal()), List.copyOf(dnsNames));
    }

    static List<String> commonNames(X500Principal subject) throws CertificateParsingException {
        var names = new ArrayList<String>();
        try {
            for (var rdn : new LdapName(subject.getName(X500Principal.RFC2253)).getRdns()) {
                var attribute = rdn.toAttributes().get("CN");
                if (attribute != null) {
                    for (int i = 0; i < attribute.size(); i++) {
                        if (attribute.get(i) instanceof String name) {
                            names.add(name);
                        }
                    }
                }
            }
        } catch (InvalidNameException e) {
            throw new CertificateParsingException("the subject is not a distinguished name", e);
        } catch (NamingException e) {
            throw new CertificateParsingException("the subject cannot be read", e);
        }
        return List.copyOf(names);
    }
}
