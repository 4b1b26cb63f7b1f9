/** The registry: states of modules, providers and their failures. */
@NullMarked
package smartproxy.core.modules;

import org.jspecify.annotations.NullMarked;
