/** The provider {@code pulp2}: a Pulp 2 by its REST API, as its integration guide documents that. */
@NullMarked
package smartproxy.pulp.pulp2;

import org.jspecify.annotations.NullMarked;
