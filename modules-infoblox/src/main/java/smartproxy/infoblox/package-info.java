/** An Infoblox grid and its WAPI, as all providers for it speak to it. Nothing here knows what the objects mean. */
@NullMarked
package smartproxy.infoblox;

import org.jspecify.annotations.NullMarked;
