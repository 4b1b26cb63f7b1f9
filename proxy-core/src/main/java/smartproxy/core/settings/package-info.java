/** Reads settings.yml and settings.d, checks them whole and binds them to records. */
@NullMarked
package smartproxy.core.settings;

import org.jspecify.annotations.NullMarked;
