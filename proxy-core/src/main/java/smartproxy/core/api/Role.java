package smartproxy.core.api;

/** Who may use a mount or a method. Every mount declares one; nothing is open by omission. */
public enum Role {
    /** Anybody who reaches the port. */
    ANONYMOUS,
    /** Whoever shows a valid client certificate of {@code ssl_ca_file}. */
    MANAGED_HOST,
    /** A client named in {@code trusted_hosts}; where that is unset, any valid client certificate. */
    FOREMAN,
    /** As {@link #FOREMAN}, or a client whose certificate has a name of the daemon's own, as its neighbours on the host have. */
    FOREMAN_OR_DAEMON,
    /** A client named in {@code monitor_hosts}; where that is unset, the same as {@link #FOREMAN}. */
    MONITOR
}
