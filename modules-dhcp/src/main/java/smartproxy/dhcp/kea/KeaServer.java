package smartproxy.dhcp.kea;

import java.io.IOException;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import smartproxy.core.api.Backend;
import smartproxy.core.api.BackendException;
import smartproxy.core.api.BackendException.Outcome;
import smartproxy.core.api.BusyException;
import smartproxy.core.api.Deadline;
import smartproxy.core.api.HealthSource.Health;
import smartproxy.core.api.Lifecycle;
import smartproxy.core.api.Operation;
import smartproxy.core.api.ProviderContext;
import smartproxy.core.api.SharedResources;
import smartproxy.core.api.StartException;

/**
 * One of Kea's servers, {@code kea-dhcp4} or {@code kea-dhcp6}: what it has, from a cache of bounded age on which own changes are
 * laid, and changes in the way that it can.
 *
 * @param <S> what it has
 */
final class KeaServer<S extends KeaServer.Contents<S>> implements Lifecycle, Turns.ChangeListener {
    private static final Operation READ = Operation.repeatable("read");
    private static final Operation FIND = Operation.repeatable("find");
    private static final Operation CHANGE = Operation.repeatable("change");

    private final String key;
    private final Backend backend;
    private final SharedResources shared;
    private final KeaReader reader;
    private final KeaReader listReader;
    private final ConfigWriter configWriter;
    private final HostWriter hostWriter;
    private final WriterLock lock;
    private final Reading<S> reading;
    private final KeaCache<S> cache;
    private volatile @Nullable Writing writing;
    private SharedResources.@Nullable Lease<Turns> turns;

    /** Everything that a server has. Immutable. */
    interface Contents<S> {
        KeaAbilities abilities();

        /** The same with a change that was made. */
        S after(Change change);
    }

    /** Reads everything. */
    @FunctionalInterface
    interface Reading<S> {
        S read(KeaReader reader, Deadline deadline) throws KeaRefusal, IOException, InterruptedException;
    }

    /** A part of an attempt. */
    @FunctionalInterface
    interface Question<T> {
        T ask(KeaReader reader, Deadline attempt) throws KeaRefusal, IOException, InterruptedException;
    }

    /**
     * @param lock between daemons that change the same Kea
     * @param health what its item is called
     */
    KeaServer(
            KeaSettings settings,
            KeaClient client,
            WriterLock lock,
            Backend backend,
            ProviderContext context,
            String health,
            Reading<S> reading) {
        this.key = backend.name() + " " + settings.url();
        this.backend = backend;
        this.lock = lock;
        this.shared = context.shared();
        this.reader = new KeaReader(backend.name(), client);
        this.listReader = new KeaReader(
                backend.name(),
                client.family(),
                (command, arguments, deadline) ->
                        call(READ, deadline, (one, attempt) -> client.ask(command, arguments, attempt)));
        this.configWriter = new ConfigWriter(backend.name(), client, reader);
        this.hostWriter = new HostWriter(backend.name(), client, reader);
        this.reading = reading;
        this.cache = new KeaCache<>(backend.name(), settings.cacheTime(), this::read);
        context.health(health, this::health);
    }

    private Health health() {
        var known = writing;
        return new Health(true, known == null ? "Kea was not asked yet what it can do" : "changed " + known);
    }

    @Override
    public void start() throws StartException {
        try {
            turns = shared.acquire(key, Turns.class, () -> new Turns(backend.name()));
            turns().listeners().add(this);
        } catch (Exception e) {
            throw new StartException(backend.name() + ": " + e.getMessage(), e);
        }
    }

    @Override
    public void close() {
        var lease = turns;
        if (lease != null) {
            lease.get().listeners().remove(this);
            lease.close();
        }
    }

    private Turns turns() {
        var lease = turns;
        if (lease == null) {
            throw new IllegalStateException(backend.name() + " is not started");
        }
        return lease.get();
    }

    private <T> T call(Operation operation, Deadline deadline, Question<T> question) {
        return backend.call(operation, deadline, attempt -> {
            try {
                return question.ask(reader, attempt);
            } catch (KeaRefusal e) {
                if (e.isOutdated()) {
                    doubt();
                }
                throw BackendException.rejected(backend.name() + ": " + operation.name() + ": " + e.getMessage());
            }
        });
    }

    /** Each page is a call with attempts of its own, so that many may take as long as the request may. */
    private S read(Deadline deadline) {
        try {
            var all = reading.read(listReader, deadline);
            writing = all.abilities().writing();
            return all;
        } catch (KeaRefusal | IOException e) {
            throw new IllegalStateException("the call did not deal with it", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BusyException(backend.name() + ": interrupted while reading; nothing was changed");
        }
    }

    /** What it has, as far as is known. */
    S contents(Deadline deadline) {
        return cache.get(deadline);
    }

    /** Asks Kea itself. */
    <T> T find(Deadline deadline, Question<T> question) {
        return call(FIND, deadline, question);
    }

    /**
     * Makes a change; once more, by what Kea has now, when it turns out to have got another configuration since it was asked.
     *
     * @param wanted the change by what Kea has
     */
    Change.Result make(Deadline deadline, Function<S, Change> wanted) {
        var known = contents(deadline);
        try {
            return make(known.abilities(), wanted.apply(known));
        } catch (BackendException e) {
            if (!(e.getCause() instanceof KeaRefusal refusal) || !refusal.isOutdated()) {
                throw e;
            }
            turns().listeners().forEach(Turns.ChangeListener::doubt);
            var now = contents(deadline);
            return make(now.abilities(), wanted.apply(now));
        }
    }

    /** Makes a change; all generations know of it then. */
    private Change.Result make(KeaAbilities abilities, Change change) {
        var result = inTurn(abilities, change);
        if (result.done() || change.host == null) {
            turns().listeners().forEach(each -> each.made(change));
        } else {
            // what is there was not shown: the cache is behind
            doubt();
        }
        return result;
    }

    private Change.Result inTurn(KeaAbilities abilities, Change change) {
        try {
            if (abilities.writing() != Writing.DATABASE) {
                return turns().make(
                                change,
                                (changes, until) ->
                                        lock.exclusively(key, until, () -> write(abilities, changes, until)));
            }
            return Turns.makeAlone(change, (changes, until) -> write(abilities, changes, until));
        } catch (BackendException e) {
            if (e.outcome() == Outcome.UNKNOWN) {
                turns().listeners().forEach(Turns.ChangeListener::doubt);
            }
            throw e;
        }
    }

    /** An attempt that failed is made again for those changes that it did not begin. */
    private boolean write(KeaAbilities abilities, List<Change> changes, Deadline deadline) {
        return call(CHANGE, deadline, (one, attempt) -> {
            if (abilities.writing() == Writing.CONFIG) {
                configWriter.make(changes, attempt);
            } else {
                hostWriter.make(changes, abilities, attempt);
            }
            return true;
        });
    }

    @Override
    public void made(Change change) {
        cache.apply(contents -> contents.after(change));
    }

    @Override
    public void doubt() {
        cache.doubt();
    }
}
