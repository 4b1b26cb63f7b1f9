package smartproxy.tftp.bootfiles;

import java.util.Optional;

/**
 * What is asked of a server besides the file.
 *
 * @param unless nothing is to be sent when it has this very one
 * @param goOn only what follows, when it has this version
 */
record Wish(Optional<Have> unless, Optional<GoOn> goOn) {
    static final Wish ALL = new Wish(Optional.empty(), Optional.empty());

    /**
     * @param offset where to go on, above 0
     * @param validator strong
     */
    record GoOn(long offset, String validator) {
        /** In which header an answer has it, in lower case. */
        String header() {
            return validator.startsWith("\"") ? "etag" : "last-modified";
        }
    }

    Wish fromTheStart() {
        return new Wish(unless, Optional.empty());
    }
}
