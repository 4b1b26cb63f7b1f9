/**
 * What modules and providers compile against, and all they may use of the core.
 *
 * <p>The words: a <em>module</em> is a feature Foreman knows ({@code dns}); a <em>provider</em> is one way to serve it
 * ({@code dns_nsupdate}); a <em>backend</em> is the server behind a provider (BIND). A module mounts JAX-RS resources, holds
 * the rules every provider shares and talks to its provider through an SPI of its own.
 */
@NullMarked
package smartproxy.core.api;

import org.jspecify.annotations.NullMarked;
