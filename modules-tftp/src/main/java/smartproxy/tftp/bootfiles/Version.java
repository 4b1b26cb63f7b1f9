package smartproxy.tftp.bootfiles;

import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Optional;

/**
 * Which version of a file a server has.
 *
 * @param etag empty: it says none
 * @param lastModified as it says it, empty likewise
 * @param date of its answer, likewise
 */
record Version(String etag, String lastModified, String date) {
    /** So much older than the answer is a file that cannot have been changed twice at the time it shows. */
    private static final Duration SETTLED = Duration.ofSeconds(60);

    Optional<Instant> modified() {
        return time(lastModified);
    }

    /** What is another one as soon as a byte of the file is (RFC 9110, 8.8.1 and 8.8.2.2); empty when the server has no such thing. */
    Optional<String> strong() {
        if (!etag.isEmpty()) {
            return etag.startsWith("\"") ? Optional.of(etag) : Optional.empty();
        }
        return modified()
                .filter(modified -> time(date)
                        .filter(answered -> !answered.isBefore(modified.plus(SETTLED)))
                        .isPresent())
                .map(modified -> lastModified);
    }

    private static Optional<Instant> time(String text) {
        try {
            return text.isEmpty()
                    ? Optional.empty()
                    : Optional.of(ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME)
                            .toInstant());
        } catch (DateTimeParseException e) {
            return Optional.empty();
        }
    }
}
