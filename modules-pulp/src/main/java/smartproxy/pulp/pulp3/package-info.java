/** The content provider of Pulp 3 (pulpcore), by its REST API, version 3. */
@NullMarked
package smartproxy.pulp.pulp3;

import org.jspecify.annotations.NullMarked;
