package smartproxy.tftp.bootfiles;

import java.time.Instant;

/**
 * A file that this daemon has fetched, as the store knows it.
 *
 * @param destination path below the root
 * @param asked when it was asked for last, in whole seconds
 */
record Fetched(String destination, Have have, Instant asked) {}
