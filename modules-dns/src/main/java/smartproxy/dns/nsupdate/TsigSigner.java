package smartproxy.dns.nsupdate;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import javax.crypto.Mac;
import org.xbill.DNS.DClass;
import org.xbill.DNS.DNSOutput;
import org.xbill.DNS.Message;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Section;
import org.xbill.DNS.TSIG;
import org.xbill.DNS.TSIGRecord;

/**
 * Signs messages with TSIG and checks the signatures of answers (RFC 8945). Signs by itself because the library's fudge is one
 * constant for the whole process, while ours says how long this very message may be accepted.
 */
final class TsigSigner {
    private static final int ADDITIONAL_COUNT_AT = 10;

    private final TsigKey key;
    private final Clock clock;
    private final TSIG verifier;
    private final int overhead;

    TsigSigner(TsigKey key, Clock clock) {
        this.key = key;
        this.clock = clock;
        this.verifier = new TSIG(key.algorithm().wireName(), key.name(), key.secret(), clock);
        this.overhead = record(Instant.EPOCH, Duration.ZERO, new byte[key.macBytes()], 0)
                .toWire(Section.ADDITIONAL)
                .length;
    }

    TsigKey key() {
        return key;
    }

    Instant now() {
        return clock.instant();
    }

    /** A signed message. */
    static final class Signed {
        private final byte[] wire;
        private final TSIGRecord signature;

        private Signed(byte[] wire, TSIGRecord signature) {
            this.wire = wire;
            this.signature = signature;
        }

        /** What is sent. */
        byte[] wire() {
            return wire;
        }

        /** What is needed to check the answer. */
        TSIGRecord signature() {
            return signature;
        }
    }

    /**
     * Signs a message.
     *
     * @param message with its final id, without TSIG
     * @param fudge how far from the time of signing the server may accept it, whole seconds
     */
    Signed sign(Message message, Duration fudge) {
        var signedAt = Instant.ofEpochSecond(clock.instant().getEpochSecond());
        var unsigned = message.toWire();
        var id = message.getHeader().getID();
        var unsealed = record(signedAt, fudge, new byte[0], id);
        var mac = Arrays.copyOf(digest(unsigned, variables(unsealed)), key.macBytes());
        var signature = record(signedAt, fudge, mac, id);
        var trailer = signature.toWire(Section.ADDITIONAL);
        var wire = ByteBuffer.allocate(unsigned.length + trailer.length)
                .put(unsigned)
                .put(trailer);
        wire.putShort(ADDITIONAL_COUNT_AT, (short) (wire.getShort(ADDITIONAL_COUNT_AT) + 1));
        return new Signed(wire.array(), signature);
    }

    /** Octets that signing adds to a message at most. */
    int overhead() {
        return overhead;
    }

    /**
     * Whether the server signed this answer with our key, and to this request.
     *
     * @param wire the answer as it came
     */
    boolean verify(Message answer, byte[] wire, TSIGRecord request) {
        return verifier.verify(answer, wire, request) == Rcode.NOERROR;
    }

    private TSIGRecord record(Instant signedAt, Duration fudge, byte[] mac, int id) {
        return new TSIGRecord(
                key.name(),
                DClass.ANY,
                0,
                key.algorithm().wireName(),
                signedAt,
                fudge,
                mac,
                id,
                Rcode.NOERROR,
                new byte[0]);
    }

    /** RFC 8945, section 4.3.3. */
    private static byte[] variables(TSIGRecord record) {
        var out = new DNSOutput();
        record.getName().toWireCanonical(out);
        out.writeU16(DClass.ANY);
        out.writeU32(0);
        record.getAlgorithm().toWireCanonical(out);
        var seconds = record.getTimeSigned().getEpochSecond();
        out.writeU16((int) (seconds >> 32));
        out.writeU32(seconds & 0xffff_ffffL);
        out.writeU16((int) record.getFudge().toSeconds());
        out.writeU16(record.getError());
        out.writeU16(0);
        return out.toByteArray();
    }

    private byte[] digest(byte[] message, byte[] variables) {
        try {
            var mac = Mac.getInstance(key.algorithm().mac);
            mac.init(key.secret());
            mac.update(message);
            return mac.doFinal(variables);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java has no usable " + key.algorithm().mac, e);
        }
    }
}
