package smartproxy.infoblox;

import java.io.IOException;
import java.util.Optional;
import smartproxy.core.api.Backend;
import smartproxy.core.api.BackendException;
import smartproxy.core.api.Deadline;
import smartproxy.core.api.Finding;
import smartproxy.core.api.Operation;

/** What live checks of grids have in common: how they ask, and how what they found is put. */
public final class GridQuestions {
    private static final Operation CHECK = Operation.repeatable("check");

    private final GridSettings settings;
    private final Backend backend;
    private final String viewKeys;

    /** @param viewKeys settings to be looked at when the grid does not find what it was asked for */
    public GridQuestions(GridSettings settings, Backend backend, String viewKeys) {
        this.settings = settings;
        this.backend = backend;
        this.viewKeys = viewKeys;
    }

    /** A question to the grid. */
    @FunctionalInterface
    public interface Question<T> {
        T ask(Deadline attempt) throws WapiRefusal, IOException, InterruptedException;
    }

    /** What the findings are about. */
    public String what() {
        return backend.name() + " " + settings.server();
    }

    /** @throws BackendException when there is no answer, or the grid says no */
    public <T> T ask(Deadline deadline, Question<T> question) {
        return backend.call(CHECK, deadline, attempt -> {
            try {
                return question.ask(attempt);
            } catch (WapiRefusal e) {
                throw BackendException.rejected(backend.name() + ": " + e.getMessage() + " (status " + e.status() + ")"
                        + (e.isNotFound() ? "; correct " + viewKeys : ""));
            }
        });
    }

    /** Its message, without the name that stands in {@link #what()}. */
    public String plain(BackendException e) {
        var message = String.valueOf(e.getMessage());
        var prefix = backend.name() + ": ";
        return message.startsWith(prefix) ? message.substring(prefix.length()) : message;
    }

    /** A warning, when the password is not protected on its way. */
    public Optional<Finding> clearPassword() {
        return settings.isClear()
                ? Optional.of(Finding.warning(
                        what(), "the password goes there without encryption", "use https in " + settings.serverKey()))
                : Optional.empty();
    }
}
