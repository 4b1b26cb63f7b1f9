package smartproxy.dns.nsupdate;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.xbill.DNS.TextParseException;
import smartproxy.core.api.StartException;
import smartproxy.dns.nsupdate.TsigKey.Algorithm;

/**
 * Reads the key files that {@code nsupdate -k} reads: a {@code key} statement as in named.conf, or the pair
 * {@code Kname.+AAA+IIIII.key} and {@code .private} of dnssec-keygen, named by either. Messages name file and line, never what
 * stands there as secret.
 */
final class KeyFile {
    private static final long MOST_BYTES = 64 * 1024;
    /** What base64 of a key's octets hardly ever is. */
    private static final Pattern WORD = Pattern.compile("[a-z0-9.-]{1,20}");

    private static final Pattern TRUNCATED = Pattern.compile("(.+)-(\\d{1,4})");

    private final Path path;
    private final String text;
    private int position;
    private int line = 1;

    private KeyFile(Path path, String text) {
        this.path = path;
        this.text = text;
    }

    /** @throws StartException when the file cannot be read or holds no usable key */
    static TsigKey read(Path path) throws StartException {
        var name = String.valueOf(path.getFileName());
        if (name.endsWith(".private") || (name.endsWith(".key") && isPublicHalf(path))) {
            return readPair(path, name.substring(0, name.lastIndexOf('.')));
        }
        return new KeyFile(path, load(path)).statement();
    }

    /** {@code rndc.key} ends in {@code .key} too. */
    private static boolean isPublicHalf(Path path) {
        return String.valueOf(path.getFileName()).startsWith("K")
                && Files.exists(
                        path.resolveSibling(String.valueOf(path.getFileName()).replaceFirst("\\.key$", ".private")));
    }

    private static String load(Path path) throws StartException {
        try {
            if (Files.size(path) > MOST_BYTES) {
                throw new StartException(path + ": is larger than " + MOST_BYTES + " bytes, so it is no key file");
            }
            return Files.readString(path, StandardCharsets.ISO_8859_1);
        } catch (NoSuchFileException e) {
            throw new StartException(path + ": does not exist", e);
        } catch (AccessDeniedException e) {
            throw new StartException(path + ": cannot be read: permission denied", e);
        } catch (FileSystemException e) { // whose message begins with the path
            throw new StartException(path + ": cannot be read: " + e.getReason(), e);
        } catch (IOException e) {
            throw new StartException(path + ": cannot be read: " + e.getMessage(), e);
        }
    }

    // named.conf style

    private record Token(String text, int line, boolean quoted) {
        boolean is(String word) {
            return !quoted && text.equalsIgnoreCase(word);
        }
    }

    private TsigKey statement() throws StartException {
        for (var token = next(); token != null; token = next()) {
            if (token.is("key")) {
                return key(token.line());
            }
            skipStatement(token);
        }
        throw error(line, "has no statement such as key \"name\" { algorithm hmac-sha256; secret \"...\"; };");
    }

    private void skipStatement(Token first) throws StartException {
        var depth = 0;
        for (@Nullable Token token = first; token != null; token = next()) {
            if (token.is("{")) {
                depth++;
            } else if (token.is("}")) {
                depth--;
            } else if (token.is(";") && depth <= 0) {
                return;
            }
        }
    }

    private TsigKey key(int keyLine) throws StartException {
        var name = expect("the key's name");
        expect("{", "after the key's name");
        @Nullable Token algorithm = null;
        @Nullable Token secret = null;
        for (var token = expect("algorithm, secret or }"); !token.is("}"); token = expect("algorithm, secret or }")) {
            if (token.is("algorithm")) {
                algorithm = expect("the algorithm's name");
            } else if (token.is("secret")) {
                secret = expect("the secret in base64");
            } else {
                throw error(token.line(), "expected algorithm or secret, not '" + shown(token) + "'");
            }
            expect(";", "at the end of the clause");
        }
        expect(";", "after the closing brace");
        if (algorithm == null || secret == null) {
            throw error(
                    keyLine,
                    "key '" + name.text() + "' has no " + (algorithm == null ? "algorithm" : "secret") + " clause");
        }
        var bits = 0;
        var kind = Algorithm.of(algorithm.text()).orElse(null);
        var truncated = TRUNCATED.matcher(algorithm.text());
        if (kind == null && truncated.matches()) {
            kind = Algorithm.of(truncated.group(1)).orElse(null);
            bits = Integer.parseInt(truncated.group(2));
        }
        if (kind == null) {
            throw error(
                    algorithm.line(),
                    "unknown algorithm '" + shown(algorithm) + "'; known are " + List.of(Algorithm.values()));
        }
        return make(path, name.line(), name.text(), kind, bits, secret.text(), secret.line());
    }

    private static TsigKey make(
            Path path, int line, String name, Algorithm algorithm, int bits, String secret, int secretLine)
            throws StartException {
        if (bits != 0 && !algorithm.mayBeCutTo(bits)) {
            throw error(
                    path,
                    line,
                    algorithm + " cannot be truncated to " + bits + " bits: it has to be a multiple of 8 from "
                            + Math.max(80, algorithm.digestBytes * 4) + " to " + algorithm.digestBytes * 8);
        }
        byte[] bytes;
        try {
            bytes = Base64.getDecoder().decode(secret.replaceAll("\\s", ""));
        } catch (IllegalArgumentException e) {
            throw error(path, secretLine, "the secret is not base64");
        }
        if (bytes.length == 0) {
            throw error(path, secretLine, "the secret is empty");
        }
        try {
            return TsigKey.of(name, algorithm, bits, bytes);
        } catch (TextParseException e) {
            throw error(path, line, "'" + name + "' is no name for a key");
        }
    }

    private Token expect(String what) throws StartException {
        var token = next();
        if (token == null) {
            throw error(line, "ends where " + what + " is expected");
        }
        if (token.is(";") || token.is("{")) {
            throw error(token.line(), "expected " + what + ", not '" + token.text() + "'");
        }
        return token;
    }

    private void expect(String symbol, String where) throws StartException {
        var token = next();
        if (token == null || !token.is(symbol)) {
            throw error(token == null ? line : token.line(), "expected '" + symbol + "' " + where);
        }
    }

    /** A misplaced word may be a secret. */
    private static String shown(Token token) {
        return WORD.matcher(token.text()).matches() ? token.text() : "...";
    }

    private @Nullable Token next() throws StartException {
        skipBlanksAndComments();
        if (position >= text.length()) {
            return null;
        }
        var begin = position;
        var c = text.charAt(position);
        if (isSymbol(c)) {
            position++;
            return new Token(String.valueOf(c), line, false);
        }
        if (c == '"') {
            var end = text.indexOf('"', begin + 1);
            if (end < 0) {
                throw error(line, "a quotation mark is not closed");
            }
            var token = new Token(text.substring(begin + 1, end), line, true);
            advanceTo(end + 1);
            return token;
        }
        while (position < text.length()
                && !isSymbol(text.charAt(position))
                && !isBlank(text.charAt(position))
                && text.charAt(position) != '"'
                && !isComment()) {
            position++;
        }
        return new Token(text.substring(begin, position), line, false);
    }

    private void skipBlanksAndComments() throws StartException {
        while (position < text.length()) {
            if (isBlank(text.charAt(position))) {
                advanceTo(position + 1);
            } else if (text.charAt(position) == '#' || text.startsWith("//", position)) {
                var end = text.indexOf('\n', position);
                advanceTo(end < 0 ? text.length() : end);
            } else if (text.startsWith("/*", position)) {
                var end = text.indexOf("*/", position + 2);
                if (end < 0) {
                    throw error(line, "a comment is not closed");
                }
                advanceTo(end + 2);
            } else {
                return;
            }
        }
    }

    /** Base64 holds slashes: only {@code /*} begins a comment inside a word, as {@code //} may be part of a secret. */
    private boolean isComment() {
        return text.startsWith("/*", position);
    }

    private static boolean isSymbol(char c) {
        return c == '{' || c == '}' || c == ';';
    }

    private static boolean isBlank(char c) {
        return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\f';
    }

    private void advanceTo(int end) {
        for (; position < end; position++) {
            if (text.charAt(position) == '\n') {
                line++;
            }
        }
    }

    // the pair of dnssec-keygen

    private static TsigKey readPair(Path named, String stem) throws StartException {
        var publicHalf = named.resolveSibling(stem + ".key");
        var privateHalf = named.resolveSibling(stem + ".private");
        var name = owner(publicHalf, load(publicHalf));
        var lines = load(privateHalf).lines().toList();
        var algorithmAt = find(privateHalf, lines, "Algorithm:");
        var keyAt = find(privateHalf, lines, "Key:");
        var number = value(lines, algorithmAt).split("\\s+", -1)[0];
        var algorithm = number.matches("\\d{1,3}")
                ? Algorithm.of(Integer.parseInt(number)).orElse(null)
                : null;
        if (algorithm == null) {
            throw error(
                    privateHalf,
                    algorithmAt + 1,
                    "algorithm '" + number + "' is none of the HMAC ones: 157 or 161 to 165");
        }
        var bitsAt = indexOf(lines, "Bits:");
        var bits = bitsAt < 0 ? 0 : bits(privateHalf, bitsAt, value(lines, bitsAt));
        return make(privateHalf, algorithmAt + 1, name, algorithm, bits, value(lines, keyAt), keyAt + 1);
    }

    private static String owner(Path path, String text) throws StartException {
        var lines = text.lines().toList();
        for (var i = 0; i < lines.size(); i++) {
            var words = lines.get(i).strip().split("\\s+", -1);
            if (words[0].isEmpty() || words[0].startsWith(";")) {
                continue;
            }
            if (!new ArrayList<>(List.of(words)).contains("KEY")) {
                throw error(path, i + 1, "is no KEY record");
            }
            return words[0];
        }
        throw error(path, 1, "holds no KEY record");
    }

    private static int find(Path path, List<String> lines, String field) throws StartException {
        var index = indexOf(lines, field);
        if (index < 0) {
            throw error(path, Math.max(1, lines.size()), "has no line that begins with " + field);
        }
        return index;
    }

    private static int indexOf(List<String> lines, String field) {
        for (var i = 0; i < lines.size(); i++) {
            if (lines.get(i).startsWith(field)) {
                return i;
            }
        }
        return -1;
    }

    private static String value(List<String> lines, int index) {
        var text = lines.get(index);
        return text.substring(text.indexOf(':') + 1).strip();
    }

    /** Two octets in base64, as BIND writes them. */
    private static int bits(Path path, int index, String text) throws StartException {
        try {
            var octets = Base64.getDecoder().decode(text);
            if (octets.length == 2) {
                return ((octets[0] & 0xff) << 8) | (octets[1] & 0xff);
            }
        } catch (IllegalArgumentException e) {
            // said below
        }
        throw error(path, index + 1, "Bits: is not two octets in base64");
    }

    private StartException error(int atLine, String what) {
        return error(path, atLine, what);
    }

    private static StartException error(Path path, int line, String what) {
        return new StartException(path + ":" + line + ": " + what);
    }
}
