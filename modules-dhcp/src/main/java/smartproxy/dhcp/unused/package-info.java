/**
 * Suggestions of unused addresses: which address is suggested, to whom it stays suggested, and when that ends.
 *
 * <pre>
 *   UnusedIps -> SubnetPool (memory: used, suggested, being tried) -> Prober -> SuggestionTable (disk: decides who gets it)
 * </pre>
 */
@NullMarked
package smartproxy.dhcp.unused;

import org.jspecify.annotations.NullMarked;
