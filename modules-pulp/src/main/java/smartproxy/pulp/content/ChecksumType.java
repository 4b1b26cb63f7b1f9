package smartproxy.pulp.content;

import java.util.Locale;

/** What the lists of a publication name files by. A Pulp may refuse some of them. */
public enum ChecksumType {
    SHA1,
    SHA224,
    SHA256,
    SHA384,
    SHA512;

    /** As callers and Pulps write it: {@code sha256}. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
