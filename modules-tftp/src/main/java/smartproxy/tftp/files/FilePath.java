package smartproxy.tftp.files;

import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import smartproxy.tftp.files.FileRefused.Reason;

/** The text of a path below the root, as a client gives it. */
final class FilePath {
    private static final int MAX_LENGTH = 1024;
    private static final int MAX_NAME = 255;
    private static final Path NOTHING = Path.of("");

    private FilePath() {}

    /**
     * A relative path of whole names: empty and {@code .} segments go, {@code ..} takes away the segment before it. Slashes at
     * the beginning do not count.
     *
     * @return at least one name
     * @throws FileRefused when it is too long, has control characters, climbs above the root or is the root
     */
    static Path clean(String text) throws FileRefused {
        if (text.length() > MAX_LENGTH || text.chars().anyMatch(Character::isISOControl)) {
            throw new FileRefused(Reason.BAD_NAME, shown(text));
        }
        var kept = new ArrayDeque<String>();
        for (var segment : text.split("/", -1)) {
            if (segment.equals("..")) {
                if (kept.pollLast() == null) {
                    throw new FileRefused(Reason.OUTSIDE, text);
                }
            } else if (!segment.isEmpty() && !segment.equals(".")) {
                if (segment.getBytes(StandardCharsets.UTF_8).length > MAX_NAME) {
                    throw new FileRefused(Reason.BAD_NAME, shown(text));
                }
                kept.add(segment);
            }
        }
        if (kept.isEmpty()) {
            throw new FileRefused(Reason.OUTSIDE, text);
        }
        try {
            var path = NOTHING;
            for (var segment : kept) {
                path = path.resolve(segment);
            }
            return path;
        } catch (InvalidPathException e) {
            throw new FileRefused(Reason.BAD_NAME, shown(text));
        }
    }

    private static String shown(String text) {
        var start = text.substring(0, Math.min(text.length(), 200));
        return start.replaceAll("\\p{Cntrl}", "?") + (text.length() > 200 ? "..." : "");
    }
}
