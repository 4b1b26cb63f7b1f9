package smartproxy.core.check;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import smartproxy.core.api.Deadline;
import smartproxy.core.api.Finding;
import smartproxy.core.api.LiveCheck;
import smartproxy.core.api.ModuleContext.ActiveProvider;
import smartproxy.core.api.ProxyException;
import smartproxy.core.api.StartException;
import smartproxy.core.auth.HostResolver;
import smartproxy.core.http.Listeners;
import smartproxy.core.modules.Modules;
import smartproxy.core.settings.HostSettings;
import smartproxy.core.tls.TlsContext;

/** Looks at all at once: directories, ports, certificates, names and every backend. Ends within its time. */
public final class LiveChecks {
    private static final Duration TIME = Duration.ofSeconds(20);

    private record Part(String what, Callable<List<Finding>> look) {}

    private final HostSettings settings;
    private final Optional<TlsContext> tls;
    private final Modules modules;
    private final Callable<List<Finding>> store;
    private final List<String> asked;
    private final Duration time;
    private final PortCheck ports = new PortCheck(new SocketOwners(Path.of("/proc")));

    /**
     * @param tls empty when https is off or its files cannot be used
     * @param modules built, not started
     * @param store looks at it
     * @param asked names an administrator wants to be looked at at the backends
     */
    public LiveChecks(
            HostSettings settings,
            Optional<TlsContext> tls,
            Modules modules,
            Callable<List<Finding>> store,
            List<String> asked) {
        this(settings, tls, modules, store, asked, TIME);
    }

    LiveChecks(
            HostSettings settings,
            Optional<TlsContext> tls,
            Modules modules,
            Callable<List<Finding>> store,
            List<String> asked,
            Duration time) {
        this.store = store;
        this.settings = settings;
        this.tls = tls;
        this.modules = modules;
        this.asked = List.copyOf(asked);
        this.time = time;
    }

    /** What was found, in a fixed order. */
    public List<Finding> run() {
        var deadline = Deadline.in(time);
        // One lookup for all, as the system's resolver knows no deadline.
        var name = start("name of this host", LocalNames::full);
        var parts = new ArrayList<Part>();
        parts.add(new Part(
                "directories",
                () -> new DirectoryChecks(settings, System.getProperty("user.name", "(unknown)")).look()));
        parts.add(new Part("store", store));
        parts.add(new Part("ports", this::ports));
        tls.ifPresent(context -> parts.add(new Part(
                "certificates",
                () -> new CertificateChecks(settings, context, Clock.systemUTC()).look(value(name, deadline)))));
        parts.add(new Part(
                "trusted_hosts",
                () -> new TrustChecks(settings, new HostResolver(settings.auth().resolveTimeouts()))
                        .look(deadline.minus(Duration.ofSeconds(1)))));
        for (var provider : modules.providers()) {
            parts.add(new Part(provider.factory().name(), () -> probe(provider, value(name, deadline), deadline)));
        }
        modules.instances().forEach((module, instance) -> {
            if (instance instanceof LiveCheck check) {
                parts.add(new Part(module, () -> probe(check, value(name, deadline), deadline)));
            }
        });
        var running =
                parts.stream().map(part -> start(part.what(), part.look())).toList();
        var findings = new ArrayList<Finding>();
        for (var i = 0; i < parts.size(); i++) {
            findings.addAll(result(parts.get(i).what(), running.get(i), deadline));
        }
        return findings;
    }

    private static <T> FutureTask<T> start(String what, Callable<T> work) {
        var task = new FutureTask<>(work);
        var thread = new Thread(task, "check " + what);
        thread.setDaemon(true);
        thread.start();
        return task;
    }

    private List<Finding> result(String what, FutureTask<List<Finding>> task, Deadline deadline) {
        try {
            return task.get(deadline.left().toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            task.cancel(true);
            return List.of(Finding.error(
                    what, "nothing was found within " + time.toSeconds() + " s", "look why it is that slow"));
        } catch (ExecutionException e) {
            return List.of(Finding.error(what, text(e), ""));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return List.of(Finding.error(what, "interrupted", ""));
        }
    }

    private static String text(ExecutionException failure) {
        var cause = failure.getCause();
        return cause instanceof ProxyException || cause instanceof StartException
                ? String.valueOf(cause.getMessage())
                : "the check failed: " + cause;
    }

    private static Optional<String> value(FutureTask<Optional<String>> name, Deadline deadline)
            throws InterruptedException {
        try {
            return name.get(deadline.left().dividedBy(2).toNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException | TimeoutException e) {
            return Optional.empty();
        }
    }

    private List<Finding> ports() {
        var https = settings.tls().enabled();
        if (!https && settings.http().httpPort().isEmpty()) {
            return List.of(); // said of the settings already
        }
        try {
            var findings = new ArrayList<Finding>();
            for (var address : Listeners.wanted(settings.http(), https)) {
                var plain = settings.http().httpPort().filter(port -> port == address.getPort());
                findings.add(ports.look(plain.isPresent() ? "http_port" : "https_port", true, address));
            }
            for (var listener : settings.listeners()) {
                for (var address : Listeners.wanted(listener)) {
                    findings.add(ports.look("listeners", true, address));
                }
            }
            return findings;
        } catch (StartException e) {
            return List.of(); // said of the settings already
        }
    }

    private List<Finding> probe(ActiveProvider<?> active, Optional<String> name, Deadline deadline)
            throws InterruptedException {
        if (active.provider() instanceof LiveCheck check) {
            return probe(check, name, deadline);
        }
        return List.of(Finding.warning(
                active.factory().name(), "was not looked at: it has no live check", "try it through Foreman"));
    }

    private List<Finding> probe(LiveCheck check, Optional<String> name, Deadline deadline) throws InterruptedException {
        return check.probe(new Surroundings(LocalNames.likely(settings, name)), deadline.minus(Duration.ofSeconds(1)));
    }

    private final class Surroundings implements LiveCheck.Host {
        private final List<String> likely;

        Surroundings(List<String> likely) {
            this.likely = likely;
        }

        @Override
        public List<String> asked() {
            return asked;
        }

        @Override
        public List<String> likely() {
            return likely;
        }

        @Override
        public Finding port(String what, boolean tcp, InetSocketAddress address) {
            return ports.look(what, tcp, address);
        }
    }
}
