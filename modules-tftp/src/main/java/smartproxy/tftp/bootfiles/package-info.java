/** Boot files that are brought from other servers. */
@NullMarked
package smartproxy.tftp.bootfiles;

import org.jspecify.annotations.NullMarked;
