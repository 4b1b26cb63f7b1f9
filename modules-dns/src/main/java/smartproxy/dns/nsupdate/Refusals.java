package smartproxy.dns.nsupdate;

import org.jspecify.annotations.Nullable;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.TSIGRecord;
import org.xbill.DNS.Type;
import smartproxy.core.api.BackendException;

/** What the server's refusals mean, and what to do about them. */
final class Refusals {
    private final ServerAddress server;
    private final @Nullable TsigSigner signer;

    Refusals(ServerAddress server, @Nullable TsigSigner signer) {
        this.server = server;
        this.signer = signer;
    }

    BackendException noZone(Name name) {
        return rejected("server " + server + " serves no zone for " + text(name)
                + "; create the zone there, or let another name server be asked (dns_server)");
    }

    BackendException ofQuery(Message answer, Name name, int type) {
        var signature = ofSignature(answer);
        return rejected("server " + server + (signature == null ? "" : " (" + signature + ")")
                + " answered the query for " + text(name) + " " + Type.string(type) + " with "
                + rcode(answer) + (signature == null ? "; its log tells why" : ""));
    }

    /** @param change for a person: {@code creation of www.example.com A 192.0.2.1} */
    BackendException ofUpdate(Message answer, Name zone, String change) {
        return rejected(change + " in zone " + text(zone) + " at server " + server + ": " + reason(answer));
    }

    /** The rcode of an answer to an update and what it means. */
    String reason(Message answer) {
        var signature = ofSignature(answer);
        if (signature != null) {
            return rcode(answer) + ": " + signature;
        }
        var why = switch (answer.getRcode()) {
            case Rcode.REFUSED ->
                "the server's policy refuses this to "
                        + (signer == null
                                ? "unsigned updates; set dns_key"
                                : signer.key().toString())
                        + "; see update-policy or allow-update of the zone, and check-names if the name is unusual";
            case Rcode.NOTAUTH -> "the server is not authoritative for the zone";
            case Rcode.NOTZONE -> "the name does not lie in the zone";
            case Rcode.SERVFAIL ->
                "the server failed; its log tells why, often it cannot write the zone's journal or a primary is away";
            case Rcode.FORMERR ->
                "the server does not understand the update"
                        + (signer == null
                                ? ""
                                : "; it may not know TSIG or " + signer.key().algorithm());
            case Rcode.NOTIMP -> "the server does not take dynamic updates";
            default -> "an answer that fits no update";
        };
        return rcode(answer) + ": " + why;
    }

    /** Whether the server says that it does not serve the zone, and not that it does not take the signature. */
    static boolean isNotAuthoritative(Message answer) {
        var tsig = answer.getTSIG();
        return answer.getRcode() == Rcode.NOTAUTH && (tsig == null || tsig.getError() == Rcode.NOERROR);
    }

    BackendException unstable(Name name, String change) {
        return rejected(change + " at server " + server + ": " + text(name)
                + " was in use and was free again, several times in a row; try again");
    }

    /** What the server has against our signature; null when nothing. */
    @Nullable String ofSignature(Message answer) {
        var tsig = answer.getTSIG();
        if (signer == null || tsig == null || tsig.getError() == Rcode.NOERROR) {
            return null;
        }
        var key = signer.key();
        return switch (tsig.getError()) {
            case Rcode.BADKEY ->
                "BADKEY: the server does not know " + key + "; name and algorithm must be the same on both sides";
            case Rcode.BADSIG -> "BADSIG: the server has another secret for " + key + " than dns_key";
            case Rcode.BADTIME ->
                "BADTIME: " + skew(signer, tsig) + "; synchronise the clocks, or raise dns_tsig_fudge_slack (" + key
                        + ")";
            case Rcode.BADTRUNC -> "BADTRUNC: the server does not take signatures as short as those of " + key;
            default -> Rcode.TSIGstring(tsig.getError()) + " for " + key;
        };
    }

    /** The server tells its time (RFC 8945, section 5.2.3). */
    private static String skew(TsigSigner signer, TSIGRecord tsig) {
        var other = tsig.getOther();
        if (other == null || other.length != 6) {
            return "the clocks of server and daemon differ";
        }
        var seconds = 0L;
        for (var octet : other) {
            seconds = (seconds << 8) | (octet & 0xff);
        }
        var ahead = seconds - signer.now().getEpochSecond();
        return "the server's clock is " + Math.abs(ahead) + " s " + (ahead < 0 ? "behind" : "ahead of") + " ours";
    }

    private static String rcode(Message answer) {
        return Rcode.string(answer.getRcode());
    }

    private static String text(Name name) {
        return name.toString(true);
    }

    private static BackendException rejected(String message) {
        return BackendException.rejected(NsupdateFactory.NAME + ": " + message);
    }
}
