package smartproxy.core.http;

import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.ext.ExceptionMapper;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;
import smartproxy.core.api.ProxyException;
import smartproxy.core.log.ErrorLog;

/** Turns what a resource throws into an answer: the message for what was foreseen, an id for what was not. */
public final class ErrorMapper implements ExceptionMapper<Throwable> {
    /** Tells the writer that this is an error, whose content type is not that of the resource method; never sent. */
    static final String MARK = "X-Error-Text";

    private static final Logger LOG = LoggerFactory.getLogger(ErrorMapper.class);

    private final ErrorLog errors;

    public ErrorMapper(ErrorLog errors) {
        this.errors = errors;
    }

    @Override
    public Response toResponse(Throwable error) {
        if (error instanceof ProxyException foreseen) {
            errors.log(String.valueOf(foreseen.getMessage()), foreseen);
            var response = Response.status(foreseen.status())
                    .entity(String.valueOf(foreseen.getMessage()))
                    .header(MARK, "1");
            Answer.retryAfter(foreseen).forEach(response::header);
            return response.build();
        }
        if (error instanceof WebApplicationException routing
                && routing.getResponse().getStatus() < 500) {
            // JAX-RS tells 404, 405, 406 and 415 apart; the reference knows only that there is no such route
            return Response.status(404)
                    .entity("Requested url was not found")
                    .header("X-Cascade", "pass")
                    .header(MARK, "1")
                    .build();
        }
        var id = String.valueOf(MDC.get("request"));
        logUnexpected(id, error);
        return Response.status(500)
                .type(Answer.TEXT)
                .entity(new String(Answer.internalError(id).body(), java.nio.charset.StandardCharsets.UTF_8))
                .build();
    }

    static void logUnexpected(String requestId, Throwable error) {
        LOG.error("Error processing request '{}'", requestId, error);
    }
}
