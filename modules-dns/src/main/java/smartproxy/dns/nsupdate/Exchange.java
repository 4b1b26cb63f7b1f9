package smartproxy.dns.nsupdate;

import java.io.IOException;
import java.util.concurrent.BlockingQueue;
import org.jspecify.annotations.Nullable;
import org.xbill.DNS.Message;
import org.xbill.DNS.Opcode;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.TSIGRecord;

/** A message that was sent and what became of it. Ended by an answer or a failure, once; then put into its owner's inbox. */
final class Exchange {
    private final Record question;
    private final int opcode;
    private final @Nullable TsigSigner signer;
    private final @Nullable TSIGRecord signature;
    private final BlockingQueue<Exchange> inbox;

    private @Nullable Message answer;
    private @Nullable IOException failure;

    /**
     * @param sent with its id
     * @param signature what it was signed with, null when it was not
     * @param inbox must have room
     */
    Exchange(Message sent, @Nullable TsigSigner signer, @Nullable TSIGRecord signature, BlockingQueue<Exchange> inbox) {
        this.question = sent.getQuestion();
        this.opcode = sent.getHeader().getOpcode();
        this.signer = signer;
        this.signature = signature;
        this.inbox = inbox;
    }

    synchronized boolean ended() {
        return answer != null || failure != null;
    }

    synchronized @Nullable Message answer() {
        return answer;
    }

    synchronized @Nullable IOException failure() {
        return failure;
    }

    boolean isUpdate() {
        return opcode == Opcode.UPDATE;
    }

    /**
     * Takes an answer with the right id if it is one to this message and is authentic.
     *
     * @return whether it was taken
     */
    boolean offer(Message message, byte[] wire) {
        if (message.getHeader().getOpcode() != opcode || !sameQuestion(message) || !authentic(message, wire)) {
            return false;
        }
        synchronized (this) {
            if (ended()) {
                return false;
            }
            answer = message;
        }
        inbox.add(this);
        return true;
    }

    void fail(IOException reason) {
        synchronized (this) {
            if (ended()) {
                return;
            }
            failure = reason;
        }
        inbox.add(this);
    }

    /** An error may come without the question, or zone (RFC 2136, section 3.8). */
    private boolean sameQuestion(Message message) {
        var asked = message.getQuestion();
        if (asked == null) {
            return isUpdate() || message.getRcode() != Rcode.NOERROR;
        }
        return asked.getName().equals(question.getName())
                && asked.getType() == question.getType()
                && asked.getDClass() == question.getDClass();
    }

    private boolean authentic(Message message, byte[] wire) {
        if (signer == null || signature == null) {
            return true;
        }
        var tsig = message.getTSIG();
        if (tsig == null) {
            // A server that does not know TSIG cannot sign that it does not (RFC 8945, section 5.3.1).
            return message.getRcode() == Rcode.FORMERR || message.getRcode() == Rcode.NOTIMP;
        }
        if (tsig.getSignature().length == 0) {
            // Nor can one that does not share the key (RFC 8945, section 5.3.2).
            return message.getRcode() == Rcode.NOTAUTH
                    && tsig.getName().equals(signature.getName())
                    && (tsig.getError() == Rcode.BADKEY || tsig.getError() == Rcode.BADSIG);
        }
        return signer.verify(message, wire, signature);
    }
}
