package smartproxy.tftp.bootfiles;

import java.net.URI;

/**
 * A file that has come in part.
 *
 * @param name of the part, beside the destination
 * @param validator strong: as long as the server has the same, what follows belongs to the part (RFC 9110, 13.1.5)
 * @param boot of the operating system that it was written in: a power cut may have taken what was not on disk yet
 */
record Partial(URI source, String name, String validator, String boot) {}
