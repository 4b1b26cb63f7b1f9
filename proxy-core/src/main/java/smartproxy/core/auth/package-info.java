/** Who the caller is and whether a role lets it in. */
@NullMarked
package smartproxy.core.auth;

import org.jspecify.annotations.NullMarked;
