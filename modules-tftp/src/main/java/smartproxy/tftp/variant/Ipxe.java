package smartproxy.tftp.variant;

import java.util.List;

/** iPXE that was loaded over TFTP. */
final class Ipxe implements Variant {
    @Override
    public List<String> files(BootMac mac) {
        return List.of("pxelinux.cfg/01-" + mac.dashed() + ".ipxe");
    }

    @Override
    public List<String> defaults() {
        return List.of("pxelinux.cfg/default.ipxe");
    }
}
