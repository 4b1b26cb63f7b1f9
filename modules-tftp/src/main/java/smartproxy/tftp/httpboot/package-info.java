/** Boot files over HTTP, for firmware and boot loaders. */
@NullMarked
package smartproxy.tftp.httpboot;

import org.jspecify.annotations.NullMarked;
