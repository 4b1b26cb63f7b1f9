package smartproxy.dns.nsupdate;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.TSIG;
import org.xbill.DNS.Type;
import org.xbill.DNS.Update;
import smartproxy.dns.nsupdate.TsigKey.Algorithm;

class TsigSignerTest {
    private static final Instant NOW = Instant.parse("2040-02-03T04:05:06.789Z");

    private static Clock at(Instant time) {
        return Clock.fixed(time, ZoneOffset.UTC);
    }

    private static TSIG library(TsigKey key, Instant time) {
        return new TSIG(key.algorithm().wireName(), key.name(), key.secret(), at(time));
    }

    @ParameterizedTest
    @EnumSource(Algorithm.class)
    void theLibraryAcceptsWhatIsSignedAndNotLongerThanTheFudge(Algorithm algorithm) throws Exception {
        var key = TsigKey.of("Key.Example", algorithm, 0, new byte[] {1, 2, 3});
        var update = new Update(Name.fromString("example.com."));
        update.getHeader().setID(4711);
        update.add(Name.fromString("a.example.com."), Type.A, 60, "192.0.2.1");

        var signed = new TsigSigner(key, at(NOW)).sign(update, Duration.ofSeconds(7));

        assertThat(signed.wire())
                .hasSizeLessThanOrEqualTo(update.toWire().length + new TsigSigner(key, at(NOW)).overhead());
        assertThat(verdict(key, signed.wire(), NOW)).isEqualTo(Rcode.NOERROR);
        assertThat(verdict(
                        key, signed.wire(), NOW.truncatedTo(ChronoUnit.SECONDS).plusSeconds(7)))
                .isEqualTo(Rcode.NOERROR);
        assertThat(verdict(
                        key, signed.wire(), NOW.truncatedTo(ChronoUnit.SECONDS).plusSeconds(8)))
                .isEqualTo(Rcode.BADTIME);
        var tampered = signed.wire().clone();
        tampered[30] ^= 1;
        assertThat(verdict(key, tampered, NOW)).isEqualTo(Rcode.BADSIG);
    }

    private static int verdict(TsigKey key, byte[] wire, Instant time) throws Exception {
        return library(key, time).verify(new Message(wire), wire, null);
    }

    @ParameterizedTest
    @EnumSource(Algorithm.class)
    void acceptsOnlyAnswersSignedToItsRequest(Algorithm algorithm) throws Exception {
        var key = TsigKey.of(
                "key", algorithm, algorithm.digestBytes * 8 / 2 < 80 ? 80 : algorithm.digestBytes * 4, new byte[] {9});
        var signer = new TsigSigner(key, at(NOW));
        var query = Message.newQuery(Record.newRecord(Name.fromString("example.com."), Type.SOA, DClass.IN));
        var signed = signer.sign(query, Duration.ofMinutes(5));
        var other = signer.sign(Message.newQuery(query.getQuestion()), Duration.ofMinutes(5));
        var answer = new Message(query.getHeader().getID());
        answer.getHeader().setFlag(Flags.QR);
        answer.addRecord(query.getQuestion(), Section.QUESTION);
        answer.setTSIG(library(key, NOW), Rcode.NOERROR, signed.signature());
        var wire = answer.toWire(65_535);

        assertThat(signer.verify(new Message(wire), wire, signed.signature())).isTrue();
        assertThat(signer.verify(new Message(wire), wire, other.signature())).isFalse();
        wire[2] ^= 4;
        assertThat(signer.verify(new Message(wire), wire, signed.signature())).isFalse();
    }
}
