package smartproxy.packaging;

import org.junit.jupiter.api.Timeout;

/** The mirror of six repositories. */
@Timeout(600)
class MirrorIT extends MirrorTests {
    MirrorIT() {
        super(6);
    }
}
