/** Tests of the house as a whole: the tree, its launcher, the unit, licences, documents, scripts. */
@NullMarked
package smartproxy.packaging;

import org.jspecify.annotations.NullMarked;
