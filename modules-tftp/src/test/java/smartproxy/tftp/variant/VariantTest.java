package smartproxy.tftp.variant;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class VariantTest {
    private static final BootMac MAC = BootMac.parse("00:11:22:AA:bb:cc").orElseThrow();

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "syslinux | pxelinux.cfg/01-00-11-22-aa-bb-cc | pxelinux.cfg/default",
                "pxelinux | pxelinux.cfg/01-00-11-22-aa-bb-cc | pxelinux.cfg/default",
                "pxegrub | grub/menu.lst.01001122AABBCC grub/01-00-11-22-AA-BB-CC | grub/menu.lst grub/efidefault",
                "pxegrub2 | grub2/grub.cfg-01-00-11-22-aa-bb-cc grub2/grub.cfg-00:11:22:aa:bb:cc | grub2/grub.cfg",
                "ztp | ztp.cfg/001122AABBCC ztp.cfg/001122AABBCC.cfg | ztp.cfg",
                "poap | poap.cfg/001122AABBCC | poap.cfg",
                "ipxe | pxelinux.cfg/01-00-11-22-aa-bb-cc.ipxe | pxelinux.cfg/default.ipxe"
            })
    void eachHasItsFilesInTheirOrder(String name, String files, String defaults) {
        var variant = Variant.named(name).orElseThrow();
        assertThat(variant.files(MAC)).containsExactly(files.split(" ", -1));
        assertThat(variant.defaults()).containsExactly(defaults.split(" ", -1));
    }

    @ParameterizedTest
    @ValueSource(strings = {"PXELinux", "PXEGrub2", "iPXE", "ZTP", "poap", "Syslinux", "pXEGRUB"})
    void theCaseOfANameDoesNotCount(String name) {
        assertThat(Variant.named(name)).isPresent();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "foo", "server", "pxelinux ", "pxe linux", "Pxegrub3", "..", "p\u0131xe"})
    void othersAreNone(String name) {
        assertThat(Variant.named(name)).isEmpty();
    }

    @Test
    void aHostWithItsOwnLoadersHasThreeFilesMore() {
        assertThat(new Pxegrub2().allFiles(MAC))
                .isEqualTo(List.of(
                        "host-config/00-11-22-aa-bb-cc/grub2/grub.cfg",
                        "host-config/00-11-22-aa-bb-cc/grub2/grub.cfg-01-00-11-22-aa-bb-cc",
                        "host-config/00-11-22-aa-bb-cc/grub2/grub.cfg-00:11:22:aa:bb:cc",
                        "grub2/grub.cfg-01-00-11-22-aa-bb-cc",
                        "grub2/grub.cfg-00:11:22:aa:bb:cc"));
    }

    @Test
    void digitsStayAsTheyWereSent() {
        var mac = BootMac.parse("0:1:2:A:4:5").orElseThrow();
        assertThat(new Pxelinux().files(mac)).containsExactly("pxelinux.cfg/01-0-1-2-a-4-5");
        assertThat(new Ztp().files(mac)).containsExactly("ztp.cfg/012A45", "ztp.cfg/012A45.cfg");
    }

    @Test
    void twentyOctetsAreInfiniBand() {
        var mac = BootMac.parse("80:00:02:08:fe:80:00:00:00:00:00:00:00:02:c9:03:00:1b:1c:1d")
                .orElseThrow();
        assertThat(new Pxelinux().files(mac))
                .containsExactly("pxelinux.cfg/01-80-00-02-08-fe-80-00-00-00-00-00-00-00-02-c9-03-00-1b-1c-1d");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "zz",
                "default",
                "52-54-00-aa-bb-cc",
                "5254.00aa.bbcc",
                "52:54:00:aa:bb",
                "52:54:00:aa:bb:",
                "52:54:00:aa:bb:cc:",
                "52:54:00:aa:bb:cc:dd:ee",
                "52:54:00:aa:bb:cc\n",
                "\n52:54:00:aa:bb:cc",
                "52:54:00:aa:bb:ccc",
                "52:54:00:aa:bb:\u0661\u0662",
                "52:54:00:aa:bb:cg",
                "../../etc/passwd"
            })
    void whatIsNoMacIsNone(String text) {
        assertThat(BootMac.parse(text)).isEmpty();
    }
}
