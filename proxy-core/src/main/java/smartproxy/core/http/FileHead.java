package smartproxy.core.http;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;
import org.eclipse.jetty.http.DateGenerator;
import org.eclipse.jetty.http.HttpDateTime;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.jspecify.annotations.Nullable;
import smartproxy.core.api.FileSource.ServedFile;

/**
 * What a file is answered with: whole, in part, or not at all because the client has it (RFC 9110 sections 13 and 14).
 *
 * @param answer its body is empty, unless nothing of the file is sent
 * @param first offset of what is sent of the file
 * @param length of that; 0 when nothing is
 * @param ofFile whether a part of the file is sent, be it empty
 */
record FileHead(Answer answer, long first, long length, boolean ofFile) {
    private static final byte[] NOTHING = {};

    /** The reference sends these words. */
    private static final byte[] UNSATISFIABLE = "Byte range unsatisfiable\n".getBytes(StandardCharsets.UTF_8);

    static FileHead of(HttpFields request, ServedFile file) {
        var modified = file.modified().truncatedTo(ChronoUnit.SECONDS);
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("Last-Modified", DateGenerator.formatDate(modified.toEpochMilli()));
        // Files have no entity tags, so none that the client has is that of this file.
        if (!request.contains(HttpHeader.IF_NONE_MATCH)
                && isDate(request.get(HttpHeader.IF_MODIFIED_SINCE), modified)) {
            return new FileHead(new Answer(304, null, NOTHING, headers), 0, 0, false);
        }
        var range = request.contains(HttpHeader.IF_RANGE) && !isDate(request.get(HttpHeader.IF_RANGE), modified)
                ? null
                : ByteRange.of(request.get(HttpHeader.RANGE), file.size()).orElse(null);
        if (range == null) {
            return new FileHead(new Answer(200, file.contentType(), NOTHING, headers), 0, file.size(), true);
        }
        if (!range.isSatisfiable()) {
            var missed = Map.of("X-Cascade", "pass", "Content-Range", range.of(file.size()));
            return new FileHead(new Answer(416, file.contentType(), UNSATISFIABLE, missed), 0, 0, false);
        }
        headers.put("Content-Range", range.of(file.size()));
        return new FileHead(new Answer(206, file.contentType(), NOTHING, headers), range.first(), range.length(), true);
    }

    /** A file that is older than the client's date is another one too: it may have been put back. */
    private static boolean isDate(@Nullable String header, Instant modified) {
        try {
            return header != null && HttpDateTime.parse(header).toInstant().equals(modified);
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
