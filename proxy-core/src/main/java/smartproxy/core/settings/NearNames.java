package smartproxy.core.settings;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/** Finds the names a typing error may have come from. */
public final class NearNames {
    private static final int MOST = 3;
    private static final int LONGEST = 100;

    private NearNames() {}

    /** The known names at most a third of the length away, nearest first, at most three. */
    public static List<String> of(String name, Collection<String> known) {
        if (name.length() > LONGEST) {
            return List.of();
        }
        var furthest = Math.max(1, name.length() / 3);
        return known.stream()
                .distinct()
                .filter(other -> distance(name, other) <= furthest)
                .sorted(Comparator.comparingInt((String other) -> distance(name, other))
                        .thenComparing(other -> other))
                .limit(MOST)
                .toList();
    }

    /** Insertions, deletions, replacements and swaps of neighbours that make one name of the other. */
    static int distance(String a, String b) {
        var rows = new int[a.length() + 1][b.length() + 1];
        for (var i = 0; i <= a.length(); i++) {
            for (var j = 0; j <= b.length(); j++) {
                if (i == 0 || j == 0) {
                    rows[i][j] = i + j;
                    continue;
                }
                var same = a.charAt(i - 1) == b.charAt(j - 1);
                var least = Math.min(rows[i - 1][j], rows[i][j - 1]) + 1;
                least = Math.min(least, rows[i - 1][j - 1] + (same ? 0 : 1));
                if (i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1)) {
                    least = Math.min(least, rows[i - 2][j - 2] + 1);
                }
                rows[i][j] = least;
            }
        }
        return rows[a.length()][b.length()];
    }
}
