package smartproxy.core.settings;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import smartproxy.core.api.Schema;
import smartproxy.core.api.Secret;
import smartproxy.core.api.Setting;
import smartproxy.core.api.SettingTypes;

class SecretSettingTest {
    private static final Setting<Secret> PASSWORD = SettingTypes.secret("password", "Password");
    private static final Schema<Secret> SCHEMA =
            new Schema<>("Test", List.of(PASSWORD), values -> values.get(PASSWORD));

    @TempDir
    Path directory;

    private Path write(String name, String text, String mode) throws Exception {
        var file = Files.writeString(directory.resolve(name), text);
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
    }

    private Bound<Secret> bind(String text, String mode) throws Exception {
        return Binder.bind(SCHEMA, SettingsFile.read(write("dns.yml", text, mode)));
    }

    @Test
    void isGivenInPlace() throws Exception {
        var bound = bind(":password: 'se:same'\n", "rw-r-----");
        assertThat(bound.problems()).isEmpty();
        assertThat(bound.settings()).contains(new Secret("se:same"));
        assertThat(bind(":password: ':sesame'\n", "rw-r-----").settings()).contains(new Secret(":sesame"));
        assertThat(bind(":password: file:name\n", "rw-r-----").settings()).contains(new Secret("file:name"));
    }

    @ParameterizedTest
    @CsvSource({
        "sesame,sesame",
        "sesame\\n,sesame",
        "sesame\\r\\n,sesame",
        "two\\nlines\\n\\n,two\\nlines\\n",
        "' x ',' x '"
    })
    void isReadFromAFile(String content, String secret) throws Exception {
        var file = write("secret", content.replace("\\n", "\n").replace("\\r", "\r"), "rw-------");
        var bound = bind(":password: file:" + file + "\n", "rw-r--r--");
        assertThat(bound.problems()).isEmpty();
        assertThat(bound.settings()).contains(new Secret(secret.replace("\\n", "\n")));
    }

    private void failsBecause(Path file, String reason) throws Exception {
        var bound = bind("---\n:password: file:" + file + "\n", "rw-r-----");
        assertThat(bound.settings()).isEmpty();
        assertThat(bound.problems())
                .singleElement()
                .hasToString(directory.resolve("dns.yml")
                        + ":2: password: File at '" + file + "' defined in 'password' parameter cannot be used: "
                        + reason
                        + " (the daemon's user needs to read it)");
    }

    @Test
    void saysWhyAFileCannotBeUsed() throws Exception {
        failsBecause(directory.resolve("none"), "there is no such file");
        failsBecause(directory, "not a regular file");
        failsBecause(write("empty", "\n", "rw-------"), "it is empty");
        failsBecause(write("large", "x".repeat((64 << 10) + 1), "rw-------"), "it is larger than 64 KiB");
        var latin = Files.write(directory.resolve("latin"), new byte[] {'a', (byte) 0xe4});
        failsBecause(latin, "it is not UTF-8 text");
    }

    @Test
    void aFileThatEveryUserCanReadIsWarnedAbout() throws Exception {
        var inPlace = bind("---\n:password: sesame\n", "rw-r--r--");
        assertThat(inPlace.settings()).isPresent();
        assertThat(inPlace.problems())
                .singleElement()
                .hasToString(directory.resolve("dns.yml")
                        + ":2: password: this file holds a secret and can be read by every user (chmod o-r)");

        var file = write("secret", "sesame", "rw----r--");
        var referred = bind(":password: file:" + file + "\n", "rw-r--r--");
        assertThat(referred.problems())
                .singleElement()
                .hasToString(directory.resolve("dns.yml") + ":1: password: the file " + file
                        + " holds the secret and can be read by every user (chmod o-r)");
    }

    @Test
    void aFileWithoutSecretMayBeReadByAll() throws Exception {
        assertThat(bind(":password:\n", "rw-r--r--").problems())
                .noneMatch(problem -> problem.message().contains("every user"));
    }
}
