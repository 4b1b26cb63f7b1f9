package smartproxy.core.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static smartproxy.core.auth.TestCertificates.certificate;

import java.util.List;
import java.util.stream.Stream;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.DERBMPString;
import org.bouncycastle.asn1.DERIA5String;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.DERPrintableString;
import org.bouncycastle.asn1.DERT61String;
import org.bouncycastle.asn1.DERUTF8String;
import org.bouncycastle.asn1.x500.AttributeTypeAndValue;
import org.bouncycastle.asn1.x500.RDN;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.GeneralName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class PeerNamesTest {
    private static X500Name subject(RDN... rdns) {
        return new X500Name(rdns);
    }

    private static RDN cn(ASN1Encodable value) {
        return new RDN(BCStyle.CN, value);
    }

    private static AttributeTypeAndValue pair(org.bouncycastle.asn1.ASN1ObjectIdentifier type, String value) {
        return new AttributeTypeAndValue(type, new DERUTF8String(value));
    }

    static Stream<Arguments> subjects() {
        return Stream.of(
                Arguments.of(new X500Name("CN=foreman.example.com"), List.of("foreman.example.com")),
                Arguments.of(new X500Name("C=US,O=Example,CN=foreman.example.com"), List.of("foreman.example.com")),
                Arguments.of(new X500Name("O=no name"), List.of()),
                Arguments.of(subject(), List.of()),
                Arguments.of(new X500Name("CN=a,OU=x,CN=b"), List.of("a", "b")),
                // text that looks like a CN
                Arguments.of(
                        subject(
                                new RDN(BCStyle.O, new DERUTF8String("CN=foreman.example.com")),
                                cn(new DERUTF8String("evil.example.com"))),
                        List.of("evil.example.com")),
                Arguments.of(
                        subject(
                                new RDN(BCStyle.O, new DERUTF8String("x,CN=foreman.example.com")),
                                new RDN(BCStyle.OU, new DERUTF8String("y/CN=foreman.example.com+CN=z")),
                                new RDN(BCStyle.EmailAddress, new DERIA5String("a@b,CN=foreman.example.com"))),
                        List.of()),
                Arguments.of(
                        subject(cn(new DERUTF8String("evil,CN=foreman.example.com"))),
                        List.of("evil,CN=foreman.example.com")),
                Arguments.of(
                        subject(cn(new DERUTF8String("evil/CN=foreman.example.com"))),
                        List.of("evil/CN=foreman.example.com")),
                // an RDN of several attributes, which DER sorts
                Arguments.of(
                        subject(new RDN(new AttributeTypeAndValue[] {
                            pair(BCStyle.CN, "host.example.com"), pair(BCStyle.O, "CN=foreman.example.com")
                        })),
                        List.of("host.example.com")),
                Arguments.of(
                        subject(new RDN(
                                new AttributeTypeAndValue[] {pair(BCStyle.CN, "one"), pair(BCStyle.CN, "two")})),
                        List.of("one", "two")),
                // characters that a DN escapes
                Arguments.of(
                        subject(cn(new DERUTF8String(" #a,b+c\"d\\e<f>g;h=i  "))), List.of(" #a,b+c\"d\\e<f>g;h=i  ")),
                Arguments.of(subject(cn(new DERUTF8String("#666f6f"))), List.of("#666f6f")),
                Arguments.of(subject(cn(new DERUTF8String("h\u00e9\u2713"))), List.of("h\u00e9\u2713")),
                Arguments.of(subject(cn(new DERUTF8String("a\nb"))), List.of("a\nb")),
                Arguments.of(
                        subject(cn(new DERUTF8String("foreman.example.com\0.evil.org"))),
                        List.of("foreman.example.com\0.evil.org")),
                Arguments.of(subject(cn(new DERUTF8String(""))), List.of("")),
                // string types
                Arguments.of(subject(cn(new DERPrintableString("printable"))), List.of("printable")),
                Arguments.of(subject(cn(new DERIA5String("ia5"))), List.of("ia5")),
                Arguments.of(subject(cn(new DERT61String("teletex"))), List.of("teletex")),
                Arguments.of(subject(cn(new DERBMPString("bmp"))), List.of("bmp")),
                Arguments.of(
                        subject(cn(new DERBMPString("\u666f\u7265"))), List.of("\u666f\u7265")), // the bytes of "fore"
                // not a text
                Arguments.of(subject(cn(new DEROctetString(new byte[] {1}))), List.of()));
    }

    @ParameterizedTest
    @MethodSource("subjects")
    void commonNamesAreThoseOfTheParsedSubject(X500Name subject, List<String> names) throws Exception {
        assertThat(PeerNames.of(certificate(subject)).commonNames()).containsExactlyElementsOf(names);
    }

    @Test
    void theFirstCommonNameComesFirst() throws Exception {
        var subject = new X500NameBuilder()
                .addRDN(BCStyle.CN, "first")
                .addRDN(BCStyle.O, "x")
                .addRDN(BCStyle.CN, "second")
                .build();
        assertThat(PeerNames.of(certificate(subject)).commonNames()).containsExactly("first", "second");
    }

    @Test
    void onlyDnsNamesOfSubjectAltNameCount() throws Exception {
        var names = PeerNames.of(certificate(
                new X500Name("O=x"),
                new GeneralName(GeneralName.dNSName, "a.example.com"),
                new GeneralName(GeneralName.rfc822Name, "foreman.example.com"),
                new GeneralName(GeneralName.uniformResourceIdentifier, "https://foreman.example.com"),
                new GeneralName(GeneralName.iPAddress, "192.0.2.1"),
                new GeneralName(GeneralName.directoryName, "CN=foreman.example.com"),
                new GeneralName(GeneralName.dNSName, "B.example.com")));
        assertThat(names.dnsNames()).containsExactly("a.example.com", "B.example.com");
        assertThat(names.commonNames()).isEmpty();
    }

    @Test
    void noSubjectAltNameIsNoDnsName() throws Exception {
        assertThat(PeerNames.of(certificate("CN=a")).dnsNames()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"foreman.example.com\0.evil.org", "foreman.example.com\0"})
    void aNulStaysWhereItIs(String name) throws Exception {
        var hosts = new TrustedHosts("trusted_hosts", List.of("foreman.example.com"));
        var names = PeerNames.of(certificate(
                subject(cn(new DERUTF8String(name))), new GeneralName(GeneralName.dNSName, new DERIA5String(name))));
        assertThat(names.commonNames()).noneMatch(hosts::contains);
        assertThat(names.dnsNames()).noneMatch(hosts::contains);
    }
}
