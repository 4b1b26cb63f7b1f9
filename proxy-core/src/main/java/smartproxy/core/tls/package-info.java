/**
 * Certificates, keys, cipher suites and their reload.
 *
 * <p>{@link TlsContexts} loads, {@link TlsContext} is what was loaded, {@link TlsReloader} watches the files.
 */
@NullMarked
package smartproxy.core.tls;

import org.jspecify.annotations.NullMarked;
