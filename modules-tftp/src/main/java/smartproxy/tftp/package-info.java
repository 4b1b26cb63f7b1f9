/** Boot configurations and boot files of hosts: what is written for TFTP and HTTP boot. */
@NullMarked
package smartproxy.tftp;

import org.jspecify.annotations.NullMarked;
