/** The TFTP server inside the daemon: read-only, one thread for each listening address (RFC 1350, 2347, 2348, 2349, 7440). */
@NullMarked
package smartproxy.tftp.server;

import org.jspecify.annotations.NullMarked;
