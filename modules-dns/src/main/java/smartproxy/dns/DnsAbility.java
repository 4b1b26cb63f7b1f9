package smartproxy.dns;

/** What a DNS provider declares; the contract kit checks both directions. */
public enum DnsAbility {
    /** It can hold SRV records; without it SRV is refused before the provider is asked. */
    SRV,
    /** It can hold CNAME records; without it CNAME is refused before the provider is asked. */
    CNAME,
    /**
     * Of several processes that create the same name at once, one wins. Without it only callers of this daemon are kept
     * apart.
     */
    ATOMIC,
    /** Removing what is absent is answered 404; without it, 200. */
    ABSENT_IS_NOT_FOUND,
    /** The TTL of its records is the backend's own; without it, that of the record. */
    TTL_OF_BACKEND,
    /** Names are kept in lower case; without it, in the case they are given. */
    LOWER_CASE
}
