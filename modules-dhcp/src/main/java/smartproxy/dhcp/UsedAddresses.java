package smartproxy.dhcp;

/**
 * The addresses of a subnet that reservations and leases use. Immutable: the same object as long as nothing changed, so that
 * what is computed from it can be kept.
 */
@FunctionalInterface
public interface UsedAddresses {
    UsedAddresses NONE = ranges -> {};

    /** Hands over all of them, in ranges, in any order; the same address may come more than once. */
    void each(Ranges ranges);

    /** Takes ranges. */
    @FunctionalInterface
    interface Ranges {
        /**
         * @param first address as {@link Ipv4#bits()}
         * @param last of the range, included
         */
        void accept(int first, int last);
    }
}
