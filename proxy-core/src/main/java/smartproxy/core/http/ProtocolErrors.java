package smartproxy.core.http;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.util.Callback;

/** Answers what is no proper HTTP, which no handler ever sees: the status and its name, nothing of the server's inside. */
public final class ProtocolErrors extends ErrorHandler {
    @Override
    public boolean handle(Request request, Response response, Callback callback) {
        var status = status(request, response);
        response.setStatus(status);
        response.getHeaders().put(HttpHeader.CONTENT_TYPE, Answer.TEXT);
        response.getHeaders().put("X-Content-Type-Options", "nosniff");
        response.getHeaders().put(HttpHeader.CONNECTION, "close");
        if (status == HttpStatus.SERVICE_UNAVAILABLE_503) {
            response.getHeaders().put(HttpHeader.RETRY_AFTER, "1");
        }
        var body = HttpStatus.getMessage(status).getBytes(StandardCharsets.UTF_8);
        response.getHeaders().put(HttpHeader.CONTENT_LENGTH, body.length);
        response.write(true, ByteBuffer.wrap(body), callback);
        return true;
    }

    /** RFC 9112, section 6.1: a transfer coding that is not known is 501. Section 3: a request line that is none is 400. */
    private static int status(Request request, Response response) {
        var status = response.getStatus() < 400 ? 500 : response.getStatus();
        var message = String.valueOf(request.getAttribute(ERROR_MESSAGE));
        if (status == 400 && message.contains("Transfer-Encoding") && !message.contains("Content-Length")) {
            return 501;
        }
        if (status == 505) {
            return 400; // what Jetty does not know as a version need not be one
        }
        // HTTP/2 in text: an answer 426 would have to name a protocol to go on with, and there is none
        return status == 426 ? 505 : status;
    }
}
