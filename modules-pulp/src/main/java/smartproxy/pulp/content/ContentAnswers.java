package smartproxy.pulp.content;

import com.fasterxml.jackson.databind.JsonNode;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.core.Response;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import smartproxy.core.api.BackendException;
import smartproxy.core.api.BackendException.Kind;
import smartproxy.core.api.BackendException.Outcome;
import smartproxy.core.api.CallerException;
import smartproxy.core.api.Deadline;
import smartproxy.core.api.Parameters;
import smartproxy.core.api.RequestContext;
import smartproxy.pulp.content.Pulps.Pulp;

/** What the routes of the content API have in common: JSON, pages, and waiting for a job. */
final class ContentAnswers {
    static final int MOST_WAITERS = 32;
    static final int LONGEST_WAIT_SECONDS = 300;

    private static final Instant LATEST = Instant.parse("+10000-01-01T00:00:00Z");
    private static final Pattern WAIT = Pattern.compile("(?i)(?:^|[,;\\s])wait\\s*=\\s*\"?(\\d{1,9})");

    private final JobRunner jobs;
    private final Semaphore waiters = new Semaphore(MOST_WAITERS);

    ContentAnswers(JobRunner jobs) {
        this.jobs = jobs;
    }

    /** Work that may wait. */
    interface Work<T> {
        T run() throws InterruptedException;
    }

    static <T> T uninterrupted(Work<T> work) {
        try {
            return work.run();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BackendException(Kind.UNAVAILABLE, Outcome.UNKNOWN, "interrupted, the daemon is ending", e);
        }
    }

    static Response ok(JsonNode body) {
        return Response.ok(bytes(body), "application/json").build();
    }

    private static byte[] bytes(JsonNode body) {
        return body.toString().getBytes(StandardCharsets.UTF_8);
    }

    /** Begins a job with one part, named as its subject, and answers as {@link #job} does. */
    Response begin(ContainerRequestContext request, Pulp pulp, String kind, String subject, JsonNode body) {
        return job(request, jobs.begin(kind, pulp, subject, body.toString(), List.of(subject)));
    }

    /** The job when it ends within the time that the caller prefers to wait (RFC 7240), else 202. */
    Response job(ContainerRequestContext request, Job begun) {
        var wait = wait(request.getHeaderString("Prefer"));
        var job = begun;
        if (wait > 0 && waiters.tryAcquire()) {
            try {
                job = uninterrupted(() -> jobs.await(
                        begun.id(),
                        Duration.ofSeconds(wait),
                        RequestContext.of(request).ending()));
            } finally {
                waiters.release();
            }
        }
        var status = job.state().ended() ? 200 : 202;
        var answer = Response.status(status)
                .type("application/json")
                .entity(bytes(ContentJson.job(job)))
                .header("Location", "/content/jobs/" + job.id());
        return (wait > 0 ? answer.header("Preference-Applied", "wait=" + wait) : answer).build();
    }

    static int wait(@Nullable String prefer) {
        var wait = WAIT.matcher(prefer == null ? "" : prefer);
        return wait.find() ? Math.min(Integer.parseInt(wait.group(1)), LONGEST_WAIT_SECONDS) : 0;
    }

    static Deadline deadline(ContainerRequestContext request) {
        return RequestContext.of(request).deadline();
    }

    static JsonNode body(ContainerRequestContext request) {
        return ContentInput.body(RequestContext.of(request).body());
    }

    static Page.Window window(Parameters parameters) {
        return new Page.Window(
                number(parameters, "offset", 0, 0, 1_000_000_000),
                number(parameters, "limit", Page.Window.MOST, 1, Page.Window.MOST));
    }

    private static int number(Parameters parameters, String key, int otherwise, int least, int most) {
        var text = parameters.text(key);
        if (text == null) {
            return otherwise;
        }
        try {
            var number = Integer.parseInt(text);
            if (number >= least && number <= most) {
                return number;
            }
        } catch (NumberFormatException e) {
            // said below
        }
        throw CallerException.badRequest(
                "Parameter '" + key + "' is expected to be a number from " + least + " to " + most);
    }

    static Optional<ContentType> type(Parameters parameters) {
        return Optional.ofNullable(parameters.text("type")).map(ContentInput::type);
    }

    static Optional<JobState> state(Parameters parameters) {
        return Optional.ofNullable(parameters.text("state"))
                .map(state -> JobState.named(state)
                        .orElseThrow(() -> CallerException.badRequest("There is no state '" + state + "'")));
    }

    /** {@code name=a}, or {@code name[]=a&name[]=b}. */
    static List<String> names(Parameters parameters) {
        if (!(parameters.raw("name") instanceof List<?> list)) {
            var one = parameters.text("name");
            return one == null ? List.of() : List.of(ContentInput.name(one));
        }
        var names = new ArrayList<String>();
        list.forEach(name -> names.add(ContentInput.name(String.valueOf(name))));
        if (names.size() > Page.Window.MOST) {
            throw CallerException.badRequest("More than " + Page.Window.MOST + " names");
        }
        return names;
    }

    static Instant before(JsonNode body) {
        ContentInput.only(body, "before");
        try {
            var before = Instant.parse(ContentInput.text(body, "before"));
            if (!before.isBefore(Instant.EPOCH) && before.isBefore(LATEST)) {
                return before;
            }
        } catch (DateTimeParseException e) {
            // said below
        }
        throw CallerException.badRequest(
                "Key 'before' is expected to be a time such as 2026-01-01T00:00:00Z, from 1970 to 9999");
    }
}
