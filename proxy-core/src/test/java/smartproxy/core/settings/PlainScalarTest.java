package smartproxy.core.settings;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** The right column is what Psych 4.0.4 made of the left one, but for dates, symbols and huge numbers. */
class PlainScalarTest {
    private static DynamicTest reads(String text, @Nullable Object value) {
        return DynamicTest.dynamicTest(
                "'" + text + "'", () -> assertThat(PlainScalar.read(text)).isEqualTo(value));
    }

    @TestFactory
    Stream<DynamicTest> nothing() {
        return Stream.of("", "~", "null", "Null", "NULL").map(text -> reads(text, null));
    }

    @TestFactory
    Stream<DynamicTest> booleans() {
        return Stream.concat(
                Stream.of("true", "True", "TRUE", "tRUE", "yes", "Yes", "YES", "on", "On", "ON")
                        .map(text -> reads(text, true)),
                Stream.of("false", "False", "FALSE", "no", "No", "NO", "off", "Off", "OFF")
                        .map(text -> reads(text, false)));
    }

    @TestFactory
    Stream<DynamicTest> texts() {
        return Stream.of(
                        "y",
                        "n",
                        "Y",
                        "N",
                        "truely",
                        "08",
                        "1e3",
                        "1e+3",
                        "1__0",
                        "1_",
                        "_1",
                        "1,",
                        "1:99",
                        "10:00:61",
                        "192.168.100.0",
                        "00:11:22:33:44:55",
                        ".",
                        "-.",
                        "1.2.3",
                        "0o17",
                        "2020-01-01",
                        "2020-01-01 10:00:00",
                        "99999999999999999999",
                        "9999999999999999:59",
                        "0x",
                        "*",
                        "9".repeat(10_000))
                .map(text -> reads(text, text));
    }

    @TestFactory
    Stream<DynamicTest> numbers() {
        return Stream.of(
                reads("0", 0),
                reads("-0", 0),
                reads("00", 0),
                reads("+1", 1),
                reads("8000", 8000),
                reads("3000000000", 3_000_000_000L),
                reads("1,000", 1000),
                reads("1_000", 1000),
                reads("0755", 493),
                reads("0_7", 7),
                reads("-017", -15),
                reads("0x1F", 31),
                reads("-0x1F", -31),
                reads("0b11", 3),
                reads("12:30", 45000),
                reads("-1:30", -1800),
                reads("+1:30", 5400),
                reads("1:2:3", 3723),
                reads("190:20:30", 685230),
                reads("1.2", 1.2),
                reads("1.20", 1.2),
                reads("1.", 1.0),
                reads(".5", 0.5),
                reads("-.5", -0.5),
                reads("1_0.5", 10.5),
                reads("1.5e+3", 1500.0));
    }

    @TestFactory
    Stream<DynamicTest> symbols() {
        return Stream.of(
                reads(":https", ":https"),
                reads(":\"https\"", ":https"),
                reads(":'a b'", ":a b"),
                reads("::1", "::1"),
                reads(":", ":"));
    }
}
