package smartproxy.infoblox;

import java.util.regex.Pattern;
import smartproxy.core.api.InvalidSetting;

/**
 * A version of the WAPI: {@code 2.0}, {@code 2.12.3}.
 *
 * @param text as in URLs
 */
public record WapiVersion(int major, int minor, String text) {
    /** What the Ruby proxy speaks. */
    public static final WapiVersion OLDEST = new WapiVersion(2, 0, "2.0");

    private static final Pattern FORM = Pattern.compile("(\\d{1,3})\\.(\\d{1,3})(?:\\.\\d{1,3})?");

    /** The value of a setting. */
    public static WapiVersion parse(String key, Object value) throws InvalidSetting {
        var text = value.toString().strip();
        var form = FORM.matcher(text);
        if (value instanceof Number && text.endsWith(".1")) {
            throw new InvalidSetting(
                    "Parameter '" + key + "' needs quotes: without, '2.1' and '2.10' are the same number",
                    "such as '2.10'");
        }
        if (!form.matches()) {
            throw new InvalidSetting(
                    "Parameter '" + key + "' is expected to be a version such as '2.12'", "it is '" + text + "'");
        }
        return new WapiVersion(Integer.parseInt(form.group(1)), Integer.parseInt(form.group(2)), text);
    }

    public boolean isAtLeast(int otherMajor, int otherMinor) {
        return major > otherMajor || (major == otherMajor && minor >= otherMinor);
    }

    @Override
    public String toString() {
        return text;
    }
}
