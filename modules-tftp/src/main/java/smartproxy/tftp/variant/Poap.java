package smartproxy.tftp.variant;

import java.util.List;

/** Power-on auto provisioning of Cisco switches. */
final class Poap implements Variant {
    @Override
    public List<String> files(BootMac mac) {
        return List.of("poap.cfg/" + mac.plainUpper());
    }

    @Override
    public List<String> defaults() {
        return List.of("poap.cfg");
    }
}
