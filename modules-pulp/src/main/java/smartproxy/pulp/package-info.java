/** Pulp as Katello knows it: the features {@code pulpcore} for Pulp 3, {@code pulp} and {@code pulpnode} for Pulp 2. */
@NullMarked
package smartproxy.pulp;

import org.jspecify.annotations.NullMarked;
