package smartproxy.dns;

/** The record types that can be asked for. */
public enum RecordType {
    A,
    AAAA,
    CNAME,
    PTR,
    SRV
}
