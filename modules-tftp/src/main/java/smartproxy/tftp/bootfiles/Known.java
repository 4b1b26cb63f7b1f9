package smartproxy.tftp.bootfiles;

import java.util.Optional;

/**
 * What earlier tries have left at a destination.
 *
 * @param last that came whole
 * @param partial that did not
 */
record Known(Optional<Have> last, Optional<Partial> partial) {
    static final Known NOTHING = new Known(Optional.empty(), Optional.empty());
}
