package smartproxy.tftp.httpboot;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FileTypesTest {
    @ParameterizedTest
    @CsvSource({
        "ks.cfg, application/octet-stream",
        "grubx64.efi, application/octet-stream",
        "README, application/octet-stream",
        ".html, application/octet-stream",
        "layer.tgz, application/octet-stream",
        "initrd.img.gz, application/x-gzip",
        "INDEX.HTML, text/html;charset=utf-8",
        "preseed.txt, text/plain;charset=utf-8",
        "autounattend.xml, application/xml;charset=utf-8",
        "user-data.yaml, text/yaml;charset=utf-8",
        "katello.pem, application/x-x509-ca-cert",
        "katello.cer, application/pkix-cert",
        "splash.bmp, image/bmp",
        "post.py, text/x-script.python;charset=utf-8"
    })
    void aTypeFollowsTheEndOfTheName(String name, String type) {
        assertThat(FileTypes.of(name)).isEqualTo(type);
    }
}
