package smartproxy.core.log;

import java.util.List;
import java.util.Locale;
import smartproxy.core.api.InvalidSetting;
import smartproxy.core.api.Setting;
import smartproxy.core.api.SettingTypes;
import smartproxy.core.api.Values;

/**
 * Where log records go.
 *
 * @param file a path, or {@code STDOUT}, {@code SYSLOG}, {@code JOURNAL}, {@code JOURNALD} in any case
 * @param level upper case
 * @param rollingSize MiB; 0: no rolling in the process
 * @param rollingAge {@code daily}, {@code weekly}, {@code monthly} or seconds; counts when {@code rollingSize} is not 0
 * @param rollingKeep rolled files that stay
 * @param buffer records in the main ring, more than 1
 * @param bufferErrors records in the tail ring, more than 1
 */
public record LogSettings(
        String file,
        String level,
        int rollingSize,
        String rollingAge,
        int rollingKeep,
        String filePattern,
        String systemPattern,
        int buffer,
        int bufferErrors) {

    public static final Setting<String> FILE = SettingTypes.text("log_file", "Log file, or STDOUT, SYSLOG, JOURNAL")
            .defaultsTo("/var/log/foreman-proxy/proxy.log");
    public static final Setting<String> LEVEL = Setting.<String>of(
                    "log_level",
                    "one of DEBUG, INFO, WARN, ERROR, FATAL, UNKNOWN, in any case",
                    (key, value) -> SettingTypes.oneOf(
                                    key, List.of("DEBUG", "INFO", "WARN", "ERROR", "FATAL", "UNKNOWN"), "")
                            .parse(value.toString().toUpperCase(Locale.ROOT)),
                    "Lowest level that is logged")
            .defaultsTo("INFO");
    public static final Setting<Integer> ROLLING_SIZE = SettingTypes.integer(
                    "file_rolling_size", 0, 1 << 20, "MiB after which the log file is rolled; 0: not by this daemon")
            .defaultsTo(0);
    public static final Setting<String> ROLLING_AGE = Setting.<String>of(
                    "file_rolling_age",
                    "daily, weekly, monthly or seconds",
                    LogSettings::rollingAge,
                    "Age after which the log file is rolled, when file_rolling_size is set: daily, weekly, monthly or seconds")
            .defaultsTo("weekly");
    public static final Setting<Integer> ROLLING_KEEP = SettingTypes.integer(
                    "file_rolling_keep", 0, 10_000, "Rolled log files that are kept")
            .defaultsTo(6);
    public static final Setting<String> FILE_PATTERN = SettingTypes.text(
                    "file_logging_pattern", "Pattern of a line in the log file")
            .defaultsTo("%d %.8X{request} [%.1l] %m");
    public static final Setting<String> SYSTEM_PATTERN = SettingTypes.text(
                    "system_logging_pattern", "Pattern of a line in syslog or the journal")
            .defaultsTo("%m");
    public static final Setting<Integer> BUFFER = SettingTypes.integer(
                    "log_buffer", 2, 1_000_000, "Records kept for /logs")
            .defaultsTo(2000);
    public static final Setting<Integer> BUFFER_ERRORS = SettingTypes.integer(
                    "log_buffer_errors", 2, 1_000_000, "Errors kept for /logs after they left the main buffer")
            .defaultsTo(1000);

    public static final List<Setting<?>> SETTINGS = List.of(
            FILE, LEVEL, ROLLING_SIZE, ROLLING_AGE, ROLLING_KEEP, FILE_PATTERN, SYSTEM_PATTERN, BUFFER, BUFFER_ERRORS);

    public static LogSettings bind(Values values) {
        return new LogSettings(
                values.get(FILE),
                values.get(LEVEL),
                values.get(ROLLING_SIZE),
                values.get(ROLLING_AGE),
                values.get(ROLLING_KEEP),
                values.get(FILE_PATTERN),
                values.get(SYSTEM_PATTERN),
                values.get(BUFFER),
                values.get(BUFFER_ERRORS));
    }

    private static String rollingAge(String key, Object value) throws InvalidSetting {
        var age = value.toString();
        if (!Rolling.isAge(age)) {
            throw new InvalidSetting(
                    "Parameter '" + key + "' must be one of daily, weekly, monthly or a number of seconds",
                    "it is '" + age + "'");
        }
        return age;
    }
}
