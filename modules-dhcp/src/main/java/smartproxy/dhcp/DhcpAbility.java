package smartproxy.dhcp;

/** What a DHCP provider declares; the contract kit checks both directions. */
public enum DhcpAbility {
    /** It stores {@code filename} and {@code nextServer}; without it they are not stored, and do not count when compared. */
    BOOT,
    /** It takes options {@code <VENDOR>name}; without it they are refused before the provider is asked. */
    VENDOR_OPTIONS,
    /**
     * Of several processes that reserve the same MAC or address at once, one wins. Without it only callers of this daemon are
     * kept apart.
     */
    ATOMIC,
    /** A new view shows every change that ended before it was made; without it the service shows its own changes over it. */
    FRESH_READS,
    /** Views ask no server: reading works while the backend is away, and takes no permit of it. */
    LOCAL_READS,
    /** {@link DhcpView#isFree} asks the backend itself, so it knows what the view does not show yet. */
    FREE_CHECK
}
