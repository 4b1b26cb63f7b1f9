package smartproxy.pulp.content;

import java.util.Map;

/**
 * A unit that is made of an uploaded file.
 *
 * @param upload id of the {@link Upload}
 * @param sha256 checksum of the file, in small hexadecimal digits
 * @param path of the file in the repository: {@code images/a.iso}
 * @param options that the type of the repository knows: of {@code deb} {@code distribution} and {@code component}
 */
public record NewUnit(String upload, String sha256, String path, Map<String, String> options) {
    public NewUnit {
        options = Map.copyOf(options);
    }
}
