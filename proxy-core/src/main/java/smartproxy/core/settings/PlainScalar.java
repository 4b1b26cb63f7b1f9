package smartproxy.core.settings;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads an unquoted YAML 1.1 scalar as Ruby's Psych does. Dates and times stay text, symbols keep their colon, and a number
 * that does not fit stays text.
 */
final class PlainScalar {
    private static final Pattern FLOAT = Pattern.compile("[-+]?([0-9][0-9_,]*)?\\.[0-9]*([eE][-+][0-9]+)?");
    private static final Pattern BINARY = Pattern.compile("[-+]?0b[01_,]+");
    private static final Pattern OCTAL = Pattern.compile("[-+]?0[0-7_,]+");
    private static final Pattern DECIMAL = Pattern.compile("[-+]?(0|[1-9]([0-9]|,[0-9]|_[0-9])*)");
    private static final Pattern HEXADECIMAL = Pattern.compile("[-+]?0x[0-9a-fA-F_,]+");
    private static final Pattern SEXAGESIMAL = Pattern.compile("([-+]?[0-9][0-9_]*):([0-5]?[0-9])(?::([0-5]?[0-9]))?");
    private static final Pattern QUOTED_SYMBOL = Pattern.compile(":([\"'])(.*)\\1", Pattern.DOTALL);

    /** No number of a settings file is longer; it keeps the patterns from long texts. */
    private static final int LONGEST_NUMBER = 64;

    private PlainScalar() {}

    /** @return null, String, Boolean, Integer, Long or Double */
    static @Nullable Object read(String text) {
        switch (text.toLowerCase(Locale.ROOT)) {
            case "", "~", "null" -> {
                return null;
            }
            case "true", "yes", "on" -> {
                return true;
            }
            case "false", "no", "off" -> {
                return false;
            }
            default -> {
                if (isSymbol(text)) {
                    return ":" + symbol(text);
                }
                return text.length() > LONGEST_NUMBER ? text : number(text);
            }
        }
    }

    static boolean isSymbol(String text) {
        return text.length() > 1 && text.charAt(0) == ':';
    }

    /** The name of a symbol: {@code :a} and {@code :"a"} are {@code a}. */
    static String symbol(String text) {
        var quoted = QUOTED_SYMBOL.matcher(text);
        return quoted.matches() ? quoted.group(2) : text.substring(1);
    }

    private static Object number(String text) {
        try {
            if (BINARY.matcher(text).matches()) {
                return integer(text, "0b", 2);
            }
            if (OCTAL.matcher(text).matches()) {
                return integer(text, "0", 8);
            }
            if (DECIMAL.matcher(text).matches()) {
                return integer(text, "", 10);
            }
            if (HEXADECIMAL.matcher(text).matches()) {
                return integer(text, "0x", 16);
            }
            var time = SEXAGESIMAL.matcher(text);
            if (time.matches()) {
                return sexagesimal(time);
            }
            if (FLOAT.matcher(text).matches() && text.chars().anyMatch(Character::isDigit)) {
                return Double.valueOf(text.replaceAll("[,_]", ""));
            }
        } catch (NumberFormatException | ArithmeticException e) {
            return text;
        }
        return text;
    }

    private static Object integer(String text, String prefix, int radix) {
        var digits = text.replaceAll("[,_]", "");
        var sign = digits.startsWith("-") ? "-" : "";
        var start = (digits.startsWith("-") || digits.startsWith("+") ? 1 : 0) + prefix.length();
        return shortest(Long.parseLong(sign + digits.substring(start), radix));
    }

    /** As Psych: two parts are hours and minutes, and a sign belongs to the hours alone. YAML 1.1 says otherwise. */
    private static Object sexagesimal(Matcher time) {
        var hours = Long.parseLong(time.group(1).replace("_", ""));
        var seconds = Math.multiplyExact(hours, 3600L) + 60 * Long.parseLong(time.group(2));
        return shortest(seconds + (time.group(3) == null ? 0 : Long.parseLong(time.group(3))));
    }

    private static Object shortest(long number) {
        return number == (int) number ? (Object) (int) number : (Object) number;
    }
}
