package smartproxy.dhcp.kea;

/**
 * What a host is known by.
 *
 * @param type as Kea calls it: {@code hw-address}, {@code duid}
 * @param identifier in one spelling, so that equal ones are equal
 */
record HostKey(String type, String identifier) {
    static final String MAC = "hw-address";
    static final String DUID = "duid";

    @Override
    public String toString() {
        return identifier;
    }
}
