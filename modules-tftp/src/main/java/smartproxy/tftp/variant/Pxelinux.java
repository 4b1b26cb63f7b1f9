package smartproxy.tftp.variant;

import java.util.List;

/** PXELINUX and its kin (BIOS, and UEFI by syslinux.efi). */
final class Pxelinux implements Variant {
    @Override
    public List<String> files(BootMac mac) {
        return List.of("pxelinux.cfg/01-" + mac.dashed());
    }

    @Override
    public List<String> defaults() {
        return List.of("pxelinux.cfg/default");
    }
}
