package smartproxy.core.daemon;

import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.core.Context;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import smartproxy.core.api.ModuleContext;
import smartproxy.core.api.ModuleInstance;
import smartproxy.core.api.Mount;
import smartproxy.core.api.Parameters;
import smartproxy.core.api.ProxyModule;
import smartproxy.core.api.RequestContext;
import smartproxy.core.api.Requires;
import smartproxy.core.api.Role;
import smartproxy.core.api.Schema;
import smartproxy.core.api.Setting;
import smartproxy.core.api.SettingTypes;
import smartproxy.core.api.StartException;
import smartproxy.core.api.TrailingSlash;

/** A feature for tests: mounts of all roles, routes of all kinds, and one whose answer waits until it is told. */
final class ProbeModule implements ProxyModule<ProbeModule.Settings> {
    private static final Setting<String> WORD =
            SettingTypes.text("probe_word", "What /probe/word answers").defaultsTo("one");
    private static final Setting<Boolean> STARTS =
            SettingTypes.bool("probe_starts", "Whether it can start").defaultsTo(true);

    record Settings(String word, boolean starts) {}

    private final CountDownLatch gate = new CountDownLatch(1);
    private final Semaphore waiting = new Semaphore(0);
    private final Semaphore closed = new Semaphore(0);

    @Override
    public String name() {
        return "probe";
    }

    @Override
    public boolean enabledByDefault() {
        return true;
    }

    @Override
    public Schema<Settings> schema() {
        return new Schema<>(
                "Tests", List.of(WORD, STARTS), values -> new Settings(values.get(WORD), values.get(STARTS)));
    }

    /** Waits until so many requests for /probe/wait are in hand, besides those waited for before. */
    void awaitWaiting(int count) throws InterruptedException {
        if (!waiting.tryAcquire(count, Wire.WATCHDOG_MILLIS, TimeUnit.MILLISECONDS)) {
            throw new AssertionError("requests did not arrive");
        }
    }

    /** From now on /probe/wait answers. */
    void open() {
        gate.countDown();
    }

    /** How many instances have been closed. */
    int closed() {
        return closed.availablePermits();
    }

    @Override
    public ModuleInstance create(Settings settings, ModuleContext context) {
        return new Instance(settings);
    }

    private final class Instance implements ModuleInstance {
        private final Settings settings;
        private final List<Mount> mounts;

        Instance(Settings settings) {
            this.settings = settings;
            mounts = List.of(
                    new Mount("/probe", Role.FOREMAN, new ForForeman(settings.word())),
                    new Mount("/probe/deep", Role.MANAGED_HOST, new ForHosts()),
                    new Mount("/open", Role.ANONYMOUS, new ForAll()),
                    new Mount("/own", null, List.of(new EachItsOwn())));
        }

        @Override
        public List<Mount> mounts() {
            return mounts;
        }

        @Override
        public void start() throws StartException {
            if (!settings.starts()) {
                throw new StartException("told not to start");
            }
        }

        @Override
        public void close() {
            closed.release();
        }
    }

    @Path("/probe")
    @Produces("text/html;charset=utf-8")
    public final class ForForeman {
        private final String word;

        ForForeman(String word) {
            this.word = word;
        }

        @GET
        @Path("word")
        public String word() {
            return word;
        }

        @GET
        @Path("wait")
        public String waitForGate() throws InterruptedException {
            waiting.release();
            return gate.await(60, TimeUnit.SECONDS) ? "done with " + word : "never opened";
        }

        @GET
        @Path("json")
        @Produces("application/json")
        public String json() {
            return "[]";
        }

        @GET
        @Path("broken")
        public String broken() {
            if (word.equals("one")) {
                throw new IllegalStateException("the inside of the probe");
            }
            return word;
        }

        @GET
        @Path("slash")
        @TrailingSlash
        public String slash() {
            return "slash";
        }

        @POST
        @Path("echo")
        public String echo(@Context ContainerRequestContext request) {
            return Parameters.inspect(RequestContext.of(request).parameters().all());
        }

        @PUT
        @Path("echo")
        public String echoPut(@Context ContainerRequestContext request) {
            return echo(request);
        }

        @POST
        @Path("text")
        public String text(@Context ContainerRequestContext request) {
            return String.valueOf(RequestContext.of(request).parameters().text("a"));
        }

        @DELETE
        @Path("thing/{name}")
        public String delete(@PathParam("name") String name) {
            return name;
        }

        @GET
        @Path("thing/{name}")
        public String thing(@PathParam("name") String name) {
            return name;
        }
    }

    @Path("/probe/deep")
    public static final class ForHosts {
        @GET
        public String get() {
            return "host";
        }

        @GET
        @Path("narrow")
        @Requires(Role.FOREMAN)
        public String narrow() {
            return "foreman";
        }
    }

    @Path("/open")
    public static final class ForAll {
        @GET
        public String get() {
            return "all";
        }

        @POST
        public String post() {
            return "all";
        }
    }

    @Path("/own")
    public static final class EachItsOwn {
        @GET
        @Path("all")
        @Requires(Role.ANONYMOUS)
        public String all() {
            return "all";
        }

        @GET
        @Path("host")
        @Requires(Role.MANAGED_HOST)
        public String host() {
            return "host";
        }

        @POST
        @Path("foreman")
        @Requires(Role.FOREMAN)
        public String foreman() {
            return "foreman";
        }
    }
}
