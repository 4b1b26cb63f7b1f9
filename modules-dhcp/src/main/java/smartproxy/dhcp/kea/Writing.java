package smartproxy.dhcp.kea;

/** How reservations are changed; what Kea can do decides. */
enum Writing {
    /** Without the hook library {@code host_cmds}: by setting the whole configuration. */
    CONFIG("by config-set, as host_cmds is not loaded"),
    /** By its commands, in the running configuration, which is then written to its file. */
    MEMORY("by host_cmds, kept in the configuration file"),
    /** By its commands, in a database of hosts. */
    DATABASE("by host_cmds, kept in the hosts database");

    private final String text;

    Writing(String text) {
        this.text = text;
    }

    @Override
    public String toString() {
        return text;
    }
}
