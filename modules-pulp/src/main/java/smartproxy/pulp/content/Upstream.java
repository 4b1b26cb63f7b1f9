package smartproxy.pulp.content;

import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import smartproxy.core.api.Secret;

/**
 * Where the content of a repository comes from.
 *
 * @param url of the repository; for {@code file} that of its manifest, for {@code container} of the registry
 * @param policy what is downloaded when
 * @param tls whom to trust there and as whom to speak
 * @param login at the upstream
 * @param proxy on the way to it
 * @param limits by name, see {@link #LIMITS}
 * @param options of the type, see {@code docs/content-api.md}: texts, numbers, lists of texts
 * @param labels set by whoever made it
 */
public record Upstream(
        URI url,
        Policy policy,
        Tls tls,
        Login login,
        Optional<Proxy> proxy,
        Map<String, Double> limits,
        Map<String, Object> options,
        Map<String, String> labels) {
    /** Names of {@code limits}: seconds, bytes a second and downloads at once. */
    public static final Set<String> LIMITS = Set.of(
            "total_timeout",
            "connect_timeout",
            "sock_connect_timeout",
            "sock_read_timeout",
            "rate_limit",
            "download_concurrency");

    /** Those of {@link #LIMITS} that are whole numbers. */
    public static final Set<String> WHOLE_LIMITS = Set.of("rate_limit", "download_concurrency");

    /** Options of which nobody is shown more than that they are set. */
    public static final Set<String> SECRET_OPTIONS = Set.of("sles_auth_token", "token");

    public Upstream {
        limits = new TreeMap<>(limits);
        options = new TreeMap<>(options);
        labels = Map.copyOf(labels);
    }

    /** When files are downloaded. */
    public enum Policy {
        /** All of them by the sync. */
        IMMEDIATE,
        /** Each when it is asked for the first time. */
        ON_DEMAND,
        /** Each whenever it is asked for, and not kept. */
        STREAMED;

        /** As in JSON: {@code on_demand}. */
        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * PEM texts.
     *
     * @param verify whether the upstream's certificate must be good
     * @param authorities null: those of the Pulp's host
     * @param certificate null: none is shown
     * @param key of the certificate; null: there is none
     */
    public record Tls(
            boolean verify,
            @Nullable String authorities,
            @Nullable String certificate,
            @Nullable Secret key) {
        public static final Tls DEFAULT = new Tls(true, null, null, null);
    }

    /** User and password; both null when there is none. */
    public record Login(@Nullable Secret user, @Nullable Secret password) {
        public static final Login NONE = new Login(null, null);

        /** One that a Pulp has and does not show. */
        public static final Login UNSHOWN = new Login(new Secret(""), new Secret(""));

        private Login shown() {
            return new Login(unshown(user), unshown(password));
        }
    }

    /** An HTTP proxy. */
    public record Proxy(URI url, Login login) {}

    /** Whether there is something in it that a Pulp takes and never shows: an empty secret when it is read back. */
    public boolean hasSecrets() {
        return tls.key() != null
                || login.user() != null
                || login.password() != null
                || (proxy.isPresent() && proxy.get().login().user() != null);
    }

    /** Whether an option says no more than is so without it; that holds for all that Pulps know. */
    public static boolean isUsual(@Nullable Object option) {
        return option == null
                || option.equals(true)
                || option.equals("")
                || (option instanceof Number number && number.doubleValue() == 0)
                || (option instanceof List<?> list && list.isEmpty());
    }

    /** Pulps strip texts, and keep lists as sets. */
    private static Object kept(Object option) {
        if (option instanceof List<?> list) {
            return list.stream()
                    .map(String::valueOf)
                    .map(String::strip)
                    .distinct()
                    .sorted()
                    .toList();
        }
        return option instanceof String text ? text.strip() : option;
    }

    private Map<String, Object> keptOptions() {
        var kept = new TreeMap<>(options);
        kept.replaceAll((name, option) -> kept(option));
        kept.values().removeIf(Upstream::isUsual);
        return kept;
    }

    /** As a Pulp shows it, an empty secret for each, and without labels: what two of them can be compared by. */
    public Upstream shown() {
        return new Upstream(
                url,
                policy,
                new Tls(tls.verify(), tls.authorities(), tls.certificate(), unshown(tls.key())),
                login.shown(),
                proxy.map(one -> new Proxy(one.url(), one.login().shown())),
                limits,
                keptOptions(),
                Map.of());
    }

    private static @Nullable Secret unshown(@Nullable Secret secret) {
        return secret == null ? null : new Secret("");
    }
}
