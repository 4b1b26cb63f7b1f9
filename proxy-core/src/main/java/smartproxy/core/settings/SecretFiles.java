package smartproxy.core.settings;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.List;
import smartproxy.core.api.Setting;
import smartproxy.core.api.SettingTypes;

/** Looks whether strangers can read a secret. */
final class SecretFiles {
    private SecretFiles() {}

    /** What is wrong with the file that holds the secret: the settings file, or the one it refers to. */
    static List<String> readableByOthers(Setting<?> setting, Object value, Path settingsFile) {
        if (!setting.isSecret()) {
            return List.of();
        }
        var reference = SettingTypes.secretFile(value);
        if (!readableByOthers(reference.orElse(settingsFile))) {
            return List.of();
        }
        return List.of(reference
                .map(file -> "the file " + file + " holds the secret and can be read by every user")
                .orElse("this file holds a secret and can be read by every user"));
    }

    private static boolean readableByOthers(Path file) {
        try {
            return Files.getPosixFilePermissions(file).contains(PosixFilePermission.OTHERS_READ);
        } catch (IOException | UnsupportedOperationException e) {
            return false;
        }
    }
}
