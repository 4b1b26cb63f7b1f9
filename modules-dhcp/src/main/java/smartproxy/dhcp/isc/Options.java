package smartproxy.dhcp.isc;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import smartproxy.dhcp.Ipv4;
import smartproxy.dhcp.Reservation;
import smartproxy.dhcp.isc.Statement.Word;

/** Options as dhcpd's files have them, in the words and values that Foreman knows. */
final class Options {
    private static final Pattern HEX = Pattern.compile("[0-9a-fA-F]{1,2}(?::[0-9a-fA-F]{1,2})*");
    private static final Map<String, String> SINGLE = Map.ofEntries(
            Map.entry("filename", Reservation.FILENAME),
            Map.entry("server.filename", Reservation.FILENAME),
            Map.entry("host-name", Reservation.HOSTNAME),
            Map.entry("SUNW.root-server-ip-address", "root_server_ip"),
            Map.entry("SUNW.root-server-hostname", "root_server_hostname"),
            Map.entry("SUNW.root-path-name", "root_path_name"),
            Map.entry("SUNW.install-server-ip-address", "install_server_ip"),
            Map.entry("SUNW.install-server-hostname", "install_server_name"),
            Map.entry("SUNW.install-path", "install_path"),
            Map.entry("SUNW.sysid-config-file-server", "sysid_server_path"),
            Map.entry("SUNW.JumpStart-server", "jumpstart_server_path"));

    private Options() {}

    /**
     * An option.
     *
     * @param value a JSON value
     */
    record Named(String key, Object value) {}

    /** What {@code option}, {@code supersede}, {@code filename} or {@code next-server} says; empty when it is something else. */
    static Optional<Named> of(Statement statement) {
        var first = statement.word(0);
        if (statement.hasBody()) {
            return Optional.empty();
        }
        if (first.equals("filename") || first.equals("next-server")) {
            return named(first, statement.words().subList(1, statement.words().size()));
        }
        if (first.equals("vendor-option-space")) {
            // Foreman expects it beside the SUNW options
            return statement.text(1).equals("SUNW") ? Optional.of(new Named("vendor", "sun")) : Optional.empty();
        }
        if ((!first.equals("option") && !first.equals("supersede"))
                || statement.words().size() < 2) {
            return Optional.empty();
        }
        var from = 2;
        if (statement.word(from).equals("code")) {
            from += 2;
        }
        var words = statement.words();
        return from > words.size() ? Optional.empty() : named(statement.text(1), words.subList(from, words.size()));
    }

    private static Optional<Named> named(String name, List<Word> words) {
        var values = values(words);
        if (values.isEmpty()) {
            return Optional.empty();
        }
        var first = values.get(0).get(0);
        var single = SINGLE.get(name);
        if (single != null) {
            return Optional.of(new Named(single, single.endsWith("_ip") ? first.text() : decoded(first)));
        }
        return Optional.of(
                switch (name) {
                    case "next-server", "server.next-server" -> new Named(Reservation.NEXT_SERVER, server(first));
                    case "routers", "domain-name-servers" ->
                        new Named(
                                key(name),
                                values.stream()
                                        .flatMap(List::stream)
                                        .map(Word::text)
                                        .toList());
                    default ->
                        new Named(
                                key(name),
                                values.stream()
                                        .map(list ->
                                                list.stream().map(Word::text).toList())
                                        .toList());
                });
    }

    private static String key(String name) {
        return name.replace('.', '_').replace('-', '_');
    }

    /** Lists, separated by commas, of what is separated by blanks. */
    private static List<List<Word>> values(List<Word> words) {
        var values = new ArrayList<List<Word>>();
        var list = new ArrayList<Word>();
        for (var word : words) {
            if (word.kind() == Lexer.Kind.COMMA) {
                if (!list.isEmpty()) {
                    values.add(List.copyOf(list));
                }
                list.clear();
            } else if (word.kind() == Lexer.Kind.WORD || word.kind() == Lexer.Kind.STRING) {
                if (!list.isEmpty() && isContinued(list.get(list.size() - 1), word)) {
                    var begun = list.remove(list.size() - 1);
                    list.add(new Word(begun.text() + word.text(), word.kind()));
                } else {
                    list.add(word);
                }
            }
        }
        if (!list.isEmpty()) {
            values.add(List.copyOf(list));
        }
        return values;
    }

    /** dhcpd breaks lines between octets, before or after a colon. */
    private static boolean isContinued(Word begun, Word word) {
        return !begun.isString()
                && !word.isString()
                && (begun.text().endsWith(":") || word.text().startsWith(":"));
    }

    /** dhcpd writes a text with anything unprintable in it as its octets; else as a string with escapes. */
    private static String decoded(Word word) {
        if (word.isString()) {
            return unescaped(word.text());
        }
        return HEX.matcher(word.text()).matches()
                ? new String(octets(word.text()), StandardCharsets.UTF_8)
                : word.text();
    }

    private static String server(Word word) {
        if (word.isString()) {
            return unescaped(word.text());
        }
        if (!HEX.matcher(word.text()).matches()) {
            return word.text();
        }
        var octets = octets(word.text());
        if (octets.length == Integer.BYTES) {
            return new Ipv4((octets[0] << 24)
                            | ((octets[1] & 255) << 16)
                            | ((octets[2] & 255) << 8)
                            | (octets[3] & 255))
                    .toString();
        }
        // of one pair of digits nobody knows whether it is a name
        return octets.length == 1 ? word.text() : new String(octets, StandardCharsets.UTF_8);
    }

    private static byte[] octets(String hex) {
        var octets = new ByteArrayOutputStream();
        for (var part : hex.split(":", -1)) {
            octets.write(Integer.parseInt(part, 16));
        }
        return octets.toByteArray();
    }

    /** A string of dhcpd's language without its escapes. */
    static String unescaped(String text) {
        if (text.indexOf('\\') < 0) {
            return text;
        }
        var out = new ByteArrayOutputStream();
        var bytes = text.getBytes(StandardCharsets.UTF_8);
        for (var i = 0; i < bytes.length; i++) {
            if (bytes[i] != '\\' || i + 1 == bytes.length) {
                out.write(bytes[i]);
                continue;
            }
            var c = bytes[++i];
            if (c >= '0' && c <= '7') {
                var number = c - '0';
                for (var digits = 1;
                        digits < 3 && i + 1 < bytes.length && bytes[i + 1] >= '0' && bytes[i + 1] <= '7';
                        digits++) {
                    number = number * 8 + bytes[++i] - '0';
                }
                out.write(number);
            } else {
                out.write(
                        switch (c) {
                            case 't' -> '\t';
                            case 'r' -> '\r';
                            case 'n' -> '\n';
                            case 'b' -> '\b';
                            default -> c;
                        });
            }
        }
        return out.toString(StandardCharsets.UTF_8);
    }
}
