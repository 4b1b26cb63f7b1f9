package smartproxy.core.http;

import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import smartproxy.core.api.Role;
import smartproxy.core.auth.Authorizer;
import smartproxy.core.http.ListenerSettings.Served;

/**
 * Everything a request needs that a reload replaces. A request keeps the generation it began with; the last one to leave a
 * replaced generation ends it.
 */
public final class Generation {
    private final HttpSettings settings;
    private final Routes http;
    private final Routes https;
    private final Routes content;
    private final ResourceApp resources;
    private final Authorizer authorizer;
    private final Runnable end;
    private final BodyBudget strangers;
    private final BodyBudget known;
    private final Relays relays = new Relays();
    private final AtomicInteger holders = new AtomicInteger(1);

    /** Most bytes of a body, and of all bodies, of those who have shown no role: what is open to all takes no large ones. */
    private static final int MAX_STRANGER_BODY = 1 << 20;

    /**
     * @param content of listeners that serve nothing else
     * @param end run once, when the generation is replaced and its last request has ended
     */
    public Generation(
            HttpSettings settings,
            Routes http,
            Routes https,
            Routes content,
            ResourceApp resources,
            Authorizer authorizer,
            Runnable end) {
        this.settings = settings;
        this.http = http;
        this.https = https;
        this.content = content;
        this.resources = resources;
        this.authorizer = authorizer;
        this.end = end;
        this.strangers = new BodyBudget(Math.min(MAX_STRANGER_BODY, settings.maxBodyBytes()));
        this.known = new BodyBudget(2L * settings.maxBodyBytes());
    }

    HttpSettings settings() {
        return settings;
    }

    Routes routes(boolean secure, Served served) {
        if (served == Served.CONTENT) {
            return content;
        }
        return secure ? https : http;
    }

    Relays relays() {
        return relays;
    }

    ResourceApp resources() {
        return resources;
    }

    Authorizer authorizer() {
        return authorizer;
    }

    /** The room for the body of a request that passed this role: what strangers send takes none from the others. */
    BodyBudget bodies(@Nullable Role role) {
        return isStranger(role) ? strangers : known;
    }

    /** The largest body of a request that passed this role. */
    int maxBodyBytes(@Nullable Role role) {
        return isStranger(role) ? Math.min(MAX_STRANGER_BODY, settings.maxBodyBytes()) : settings.maxBodyBytes();
    }

    private static boolean isStranger(@Nullable Role role) {
        return role == null || role == Role.ANONYMOUS;
    }

    /** False when it has ended already. */
    boolean hold() {
        return holders.getAndUpdate(count -> count == 0 ? 0 : count + 1) > 0;
    }

    void release() {
        if (holders.decrementAndGet() == 0) {
            relays.close();
            end.run();
        }
    }
}
