package smartproxy.core.daemon;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.eclipse.jetty.server.NetworkConnector;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import smartproxy.core.api.Deadline;
import smartproxy.core.api.HealthSource.Health;
import smartproxy.core.api.Mount;
import smartproxy.core.api.ProxyModule;
import smartproxy.core.api.StartException;
import smartproxy.core.auth.Authorizer;
import smartproxy.core.auth.HostResolver;
import smartproxy.core.health.HealthRegistry;
import smartproxy.core.health.Metrics;
import smartproxy.core.http.ConnectionBounds;
import smartproxy.core.http.ErrorMapper;
import smartproxy.core.http.Generation;
import smartproxy.core.http.Handshakes;
import smartproxy.core.http.Listeners;
import smartproxy.core.http.ProtocolErrors;
import smartproxy.core.http.ProxyHandler;
import smartproxy.core.http.ResourceApp;
import smartproxy.core.http.RouteFilter;
import smartproxy.core.http.Routes;
import smartproxy.core.log.AccessLog;
import smartproxy.core.log.ErrorLog;
import smartproxy.core.log.Logs;
import smartproxy.core.modules.CoreServices;
import smartproxy.core.modules.CountedResources;
import smartproxy.core.modules.ModuleBuilder;
import smartproxy.core.modules.ModuleCatalog;
import smartproxy.core.modules.Modules;
import smartproxy.core.plugins.Plugins;
import smartproxy.core.root.HealthMounts;
import smartproxy.core.root.LogsModule;
import smartproxy.core.root.RootMounts;
import smartproxy.core.settings.Bound;
import smartproxy.core.settings.HostSettings;
import smartproxy.core.settings.HostSettingsReader;
import smartproxy.core.settings.Problem;
import smartproxy.core.store.LazyStore;
import smartproxy.core.tls.TlsReloader;

/** The running daemon: puts the rooms together, reloads them and ends them. */
public final class Daemon {
    private static final Logger LOG = LoggerFactory.getLogger(Daemon.class);

    private final Path config;
    private final SystemdNotifier notifier;
    private final Logs logs;
    private final Metrics metrics = new Metrics();
    private final DaemonHealth state = new DaemonHealth(this::modules, this::tlsStatus);
    private final HealthRegistry health = new HealthRegistry(state::modules, state::certificates, Clock.systemUTC());
    private final LazyStore store;
    private final Plugins plugins;
    private final ModuleBuilder builder;
    private final Server server;
    private final ConnectionBounds connections;
    private final Listeners listeners;
    private final ProxyHandler handler;
    private volatile Optional<Tls> tls;
    private volatile List<FurtherTls> further;
    private volatile HostSettings settings;
    private volatile Modules modules;
    private volatile boolean ready;
    private Optional<StoreWatch> storeWatch = Optional.empty();
    private boolean ended;

    /**
     * Starts everything; when it returns, all listeners answer.
     *
     * @param config settings.yml or its directory
     * @throws StartException what an administrator must mend
     */
    public static Daemon start(Path config, SystemdNotifier notifier) throws StartException {
        return start(config, notifier, List.of());
    }

    /** @param more modules besides those found by ServiceLoader */
    static Daemon start(Path config, SystemdNotifier notifier, List<ProxyModule<?>> more) throws StartException {
        var bound = HostSettingsReader.read(config);
        var settings = settings(bound);
        var logs = Logs.start(settings.log());
        report(bound.problems());
        try {
            return new Daemon(config, settings, notifier, logs, more);
        } catch (StartException | RuntimeException e) {
            LOG.error("Error during startup, terminating: {}", e.getMessage());
            logs.close();
            throw e;
        }
    }

    private Daemon(Path config, HostSettings settings, SystemdNotifier notifier, Logs logs, List<ProxyModule<?>> more)
            throws StartException {
        this.config = config;
        this.settings = settings;
        this.notifier = notifier;
        this.logs = logs;
        store = new LazyStore(settings.store(), metrics);
        var services = new CoreServices(metrics, health, store, new CountedResources());
        var builtIn = new ArrayList<>(more);
        builtIn.add(new LogsModule(logs.buffer(), () -> modules.failures()));
        plugins = Plugins.load(settings.pluginDirectory(), Daemon.class.getClassLoader());
        plugins.announce();
        var catalog = ModuleCatalog.find(builtIn, Daemon.class.getClassLoader(), plugins);
        state.showFailed(catalog.failures(), health);
        builder = new ModuleBuilder(catalog, services, ResourceApp::check);
        tls = tls(settings);
        further = FurtherTls.load(settings.listeners(), List.of());
        modules = builder.start(builder.build(settings.settingsDirectory(), settings.forModules(), Optional.empty()));
        report(modules.problems());
        var pool = pool(settings);
        server = new Server(pool);
        server.setStopAtShutdown(false);
        server.setErrorHandler(new ProtocolErrors());
        connections = new ConnectionBounds(settings.http());
        listeners = new Listeners(server, connections, new Handshakes(metrics));
        handler =
                new ProxyHandler(generation(settings, modules), connections, new AccessLog(), new ErrorLog(), metrics);
        server.setHandler(handler);
        state.register(metrics, connections, handler, pool);
        showStore();
        health.scope().item("log", "state", this::logState);
        health.scope().item("java", "crypto", () -> CryptoFit.of(tls.map(Tls::context)));
        open();
    }

    private Health logState() {
        var trouble = logs.trouble();
        return new Health(trouble.isEmpty(), trouble.isEmpty() ? settings.log().file() : trouble);
    }

    private void showStore() {
        var items = health.scope();
        items.item("store", "state", () -> new Health(!store.isReadOnly(), store.state()));
        store.backend().ifPresent(backend -> {
            items.backend(backend.name(), backend::health);
            backend.register(metrics.scope());
        });
    }

    private void open() throws StartException {
        try {
            server.start();
            listeners.apply(settings.http(), tls.map(Tls::context), FurtherTls.listeners(further));
        } catch (StartException e) {
            end();
            throw e;
        } catch (Exception e) {
            end();
            throw new StartException("The server cannot start: " + e.getMessage(), e);
        }
        tls.ifPresent(present -> present.reloader().start());
        FurtherTls.start(further);
        ready = true;
        storeWatch = store.backend().map(backend -> new StoreWatch(store, this::storeIsBack).start());
        warnIfOpen();
        LOG.info("Smart proxy has launched on {} socket(s), waiting for requests", applications(settings));
        CryptoFit.warn(tls.map(Tls::context));
        StartReport.log();
    }

    private static int applications(HostSettings settings) {
        return (settings.http().httpPort().isPresent() ? 1 : 0)
                + (settings.tls().enabled() ? 1 : 0)
                + settings.listeners().size();
    }

    private static HostSettings settings(Bound<HostSettings> bound) throws StartException {
        if (bound.settings().isEmpty()) {
            throw new StartException(bound.problems().stream()
                    .filter(Problem::isError)
                    .map(Problem::toString)
                    .collect(Collectors.joining("; ")));
        }
        return bound.settings().get();
    }

    private static Optional<Tls> tls(HostSettings settings) throws StartException {
        if (settings.tls().enabled()) {
            return Optional.of(Tls.load(settings.tls()));
        }
        LOG.warn("Missing SSL setup, https is disabled.");
        if (settings.http().httpPort().isEmpty()) {
            throw new StartException("Both http and https are disabled, unable to start.");
        }
        return Optional.empty();
    }

    private void warnIfOpen() {
        if (settings.auth().trustedHosts().isEmpty()) {
            LOG.warn(
                    "trusted_hosts is not set: any certificate of {} may use all modules{}; name the Foreman server in it",
                    settings.tls().ca().map(Path::toString).orElse("ssl_ca_file"),
                    settings.auth().allowHttpWithoutTrustedHosts() ? ", and anybody over plain http" : "");
        }
    }

    /** Its queue needs no bound of its own: a connection has one task at most, and connections are bounded. */
    private static QueuedThreadPool pool(HostSettings settings) {
        var threads = settings.http().maxThreads();
        var pool = new QueuedThreadPool(threads, Math.min(8, threads), 10_000);
        pool.setMaxEvictCount(
                threads); // else one in 10 s goes, and what a burst has grown stays for the better part of an hour
        pool.setName("request");
        return pool;
    }

    private static void report(List<Problem> problems) {
        for (var problem : problems) {
            if (problem.isError()) {
                LOG.error("{}", problem);
            } else {
                LOG.warn("{}", problem);
            }
        }
    }

    private Generation generation(HostSettings settings, Modules modules) {
        var core = core(settings, modules);
        var authorizer = new Authorizer(
                settings.auth(),
                new HostResolver(settings.auth().resolveTimeouts()),
                () -> tls.map(present -> present.context().chain().get(0)));
        var all = Stream.concat(core.stream(), modules.running().stream().flatMap(module -> module.mounts().stream()))
                .toList();
        return new Generation(
                settings.http(),
                new Routes(mounts(core, modules, false)),
                new Routes(mounts(core, modules, true)),
                new Routes(content(modules)),
                new ResourceApp(
                        all,
                        new RouteFilter(authorizer),
                        new ErrorMapper(new ErrorLog()),
                        settings.http().maxThreads() / 4),
                authorizer,
                modules::release);
    }

    private List<Mount> core(HostSettings settings, Modules modules) {
        var core = new ArrayList<>(RootMounts.of(modules, settings.http().reportedVersion()));
        core.addAll(HealthMounts.mounts(this::unready, health, metrics));
        return core;
    }

    /** What is served now on https, or on plain http. */
    List<Mount> mounts(boolean https) {
        return mounts(core(settings, modules), modules, https);
    }

    private static List<Mount> mounts(List<Mount> core, Modules modules, boolean https) {
        var mounts = new ArrayList<Mount>();
        for (var module : modules.running()) {
            if (https ? module.ports().https() : module.ports().http()) {
                module.mounts().stream()
                        .filter(mount -> https || mount.relay() == null || isContent(mount))
                        .forEach(mounts::add);
            }
        }
        mounts.addAll(core); // a module comes first where both have a path
        return mounts;
    }

    /** What is served where nothing but content is. */
    static List<Mount> content(Modules modules) {
        return modules.running().stream()
                .flatMap(module -> module.mounts().stream())
                .filter(Daemon::isContent)
                .toList();
    }

    /** Only that passes on to other servers over plain http. */
    private static boolean isContent(Mount mount) {
        return mount.relay() != null && mount.relay().content();
    }

    /**
     * Goes over to what the files say now; when they are wrong, everything stays as it is and the log says why. Nothing is done
     * once the daemon has ended: a HUP, or the store's return, may have waited for that.
     */
    public synchronized void reload() {
        if (ended) {
            return;
        }
        notifier.reloading();
        try {
            LOG.info("Reloading {}", config);
            var bound = HostSettingsReader.read(config);
            var next = settings(bound);
            report(bound.problems());
            warnOfRestart(next);
            replace(next);
            LOG.info("Reloaded {}", config);
        } catch (StartException | RuntimeException e) {
            LOG.error("Not reloaded, the settings in use stay: {}", e.getMessage());
        } finally {
            notifier.ready();
        }
    }

    private void warnOfRestart(HostSettings next) {
        var same = next.store().equals(settings.store())
                && next.pluginDirectory().equals(settings.pluginDirectory())
                && next.http().maxThreads() == settings.http().maxThreads();
        if (!same) {
            LOG.warn(
                    "A change of state_directory, store_*, plugin_directory or max_threads takes effect at the next start");
        }
        if (plugins.outdated()) {
            LOG.warn(
                    "The jars in {} have changed; what they bring is used from the next start on", plugins.directory());
        }
    }

    private void replace(HostSettings next) throws StartException {
        var nextModules = build(next);
        try {
            var sameTls = next.tls().equals(settings.tls());
            var nextTls = sameTls ? tls : tls(next);
            var nextFurther = FurtherTls.load(next.listeners(), further);
            var generation = generation(next, nextModules);
            listeners.apply(next.http(), nextTls.map(Tls::context), FurtherTls.listeners(nextFurther));
            connections.configure(next.http());
            logs.reconfigure(next.log());
            settings = next;
            modules = nextModules;
            handler.swap(generation);
            if (!sameTls) {
                tls.ifPresent(old -> old.reloader().close());
                tls = nextTls;
                nextTls.ifPresent(present -> present.reloader().start());
                CryptoFit.warn(nextTls.map(Tls::context));
            }
            FurtherTls.replace(further, nextFurther);
            further = nextFurther;
        } catch (StartException | RuntimeException e) {
            nextModules.release();
            throw e;
        }
        tls.ifPresent(present -> present.reloader().checkNow());
        FurtherTls.checkNow(further);
    }

    /** Builds and starts the next modules, or keeps the present ones when one of them would be lost. */
    private Modules build(HostSettings next) throws StartException {
        var built = builder.build(next.settingsDirectory(), next.forModules(), Optional.of(modules));
        report(built.problems());
        keep(built);
        var started = builder.start(built);
        keep(started);
        return started;
    }

    private void keep(Modules next) throws StartException {
        var lost = next.lostSince(modules);
        if (!lost.isEmpty()) {
            next.release();
            throw new StartException(String.join("; ", lost));
        }
    }

    /** Modules that could not start without the store are tried again. */
    private void storeIsBack() {
        if (ready && !modules.failures().isEmpty()) {
            LOG.info("The store answers again; modules that have failed are tried anew");
            reload();
        }
    }

    /** USR1: the log file is opened anew with the next record. */
    public void reopenLog() {
        logs.requestReopen();
    }

    /** Whether the process still does its work, for the watchdog of systemd. */
    public boolean isAlive() {
        return server.isRunning();
    }

    /** The addresses it listens on. */
    public Set<InetSocketAddress> addresses() {
        return listeners.addresses();
    }

    /** Those of https, or of plain http. */
    Set<InetSocketAddress> addresses(boolean https) {
        return listeners.addresses(https);
    }

    /** What a monitor reads, without a connection. */
    String metrics() {
        return metrics.scrape();
    }

    /** Takes no new connections, lets running requests end within {@code drain_timeout}, and ends. */
    public synchronized void stop() {
        end();
        LOG.info("Smart proxy has ended");
        logs.close();
    }

    private synchronized void end() {
        ended = true;
        notifier.stopping();
        ready = false;
        storeWatch.ifPresent(StoreWatch::close);
        try {
            stopAccepting();
            var cut = handler.drain(Deadline.in(settings.http().drainTimeout()));
            var seconds = settings.http().drainTimeout().toSeconds();
            if (cut.unanswered() > 0) {
                LOG.warn("{} requests had not ended after {} s and were answered 503", cut.unanswered(), seconds);
            }
            if (cut.answering() > 0) {
                LOG.warn("{} answers were on their way after {} s and are broken off", cut.answering(), seconds);
            }
            server.stop();
        } catch (Exception e) {
            LOG.warn("The server did not stop in order", e);
        }
        tls.ifPresent(present -> present.reloader().close());
        FurtherTls.replace(further, List.of());
        connections.close();
        modules.release();
        plugins.close();
        closeStore();
        metrics.close();
    }

    private void stopAccepting() {
        for (var connector : server.getConnectors()) {
            if (connector instanceof NetworkConnector network) {
                network.close();
            }
        }
    }

    private void closeStore() {
        try {
            store.close();
        } catch (SQLException e) {
            LOG.warn("The store did not close in order: {}", e.getMessage());
        }
    }

    private Optional<String> unready() {
        if (handler.isDraining()) {
            return Optional.of("draining");
        }
        return ready ? Optional.empty() : Optional.of("starting");
    }

    private Modules modules() {
        return modules;
    }

    private Map<String, TlsReloader.Status> tlsStatus() {
        var all = new LinkedHashMap<String, TlsReloader.Status>();
        tls.ifPresent(present -> all.put("", present.reloader().status()));
        all.putAll(FurtherTls.status(further));
        return all;
    }
}
