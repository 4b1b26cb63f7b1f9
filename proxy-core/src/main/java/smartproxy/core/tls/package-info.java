/** Certificates, keys, cipher suites and their reload. */
@NullMarked
package smartproxy.core.tls;

import org.jspecify.annotations.NullMarked;
