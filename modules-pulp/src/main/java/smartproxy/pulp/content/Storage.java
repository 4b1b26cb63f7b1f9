package smartproxy.pulp.content;

/** Bytes of the file system that holds a Pulp's content. */
public record Storage(long total, long used, long free) {}
