package smartproxy.pulp.content;

/** What a content provider declares; what it does not is refused with 400 before it is asked. The contract kit checks both directions. */
public enum ContentAbility {
    /** It tells how much room its store has. */
    STORAGE("the room in its store"),
    /** It keeps older versions of a repository, which can be listed and removed. Without it there is the current one alone. */
    VERSIONS("older versions of a repository"),
    /** It lists the units of a repository. */
    UNITS("the units of a repository"),
    /** It copies units of a repository into another one. */
    COPY_UNITS("copying units of a repository"),
    /** It removes units from a repository. */
    REMOVE_UNITS("removing units from a repository"),
    /** It takes files, and makes units of them. */
    UPLOADS("uploading files"),
    /** It publishes with checksums of a type that the caller names. */
    CHECKSUM_TYPE("a choice of checksums"),
    /** It takes the authority whose clients protected content is for. Without it, the authority is set up at the Pulp itself. */
    PROTECTION_AUTHORITY("an authority for protected content"),
    /** It can give back the room of content that can be had from upstream again. */
    RECLAIM("giving back the room of content that upstream has");

    private final String phrase;

    ContentAbility(String phrase) {
        this.phrase = phrase;
    }

    /** What a provider throws that is asked for it and has not declared it. */
    public UnsupportedOperationException undeclared() {
        return new UnsupportedOperationException(this + " was not declared");
    }

    /** For the sentence "pulp2 does not know …". */
    String phrase() {
        return phrase;
    }
}
