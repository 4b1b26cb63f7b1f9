package smartproxy.tftp.variant;

import java.util.List;
import java.util.Locale;

/** GRUB 1 and its EFI variant. */
final class Pxegrub implements Variant {
    @Override
    public List<String> files(BootMac mac) {
        return List.of(
                "grub/menu.lst.01" + mac.plainUpper(), "grub/01-" + mac.dashed().toUpperCase(Locale.ROOT));
    }

    @Override
    public List<String> defaults() {
        return List.of("grub/menu.lst", "grub/efidefault");
    }
}
