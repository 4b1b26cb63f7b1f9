package smartproxy.tftp.variant;

import java.util.List;

/** Zero touch provisioning of Juniper and Cumulus switches. */
final class Ztp implements Variant {
    @Override
    public List<String> files(BootMac mac) {
        return List.of("ztp.cfg/" + mac.plainUpper(), "ztp.cfg/" + mac.plainUpper() + ".cfg");
    }

    @Override
    public List<String> defaults() {
        return List.of("ztp.cfg");
    }
}
