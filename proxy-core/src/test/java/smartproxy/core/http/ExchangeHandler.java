package smartproxy.core.http;

import java.time.Duration;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import smartproxy.core.api.Deadline;

/** Makes exchanges of requests, for what takes them behind the daemon's own handler. */
abstract class ExchangeHandler extends Handler.Abstract {
    private final Duration deadline;
    private final ConnectionBounds bounds = new ConnectionBounds(TestServer.settings());

    ExchangeHandler(Duration deadline) {
        this.deadline = deadline;
    }

    abstract void handle(Exchange exchange);

    /** @param failure why a request was not answered to its end */
    void failed(Throwable failure) {}

    @Override
    public final boolean handle(Request request, Response response, Callback callback) {
        var told = Callback.from(callback::succeeded, failure -> {
            failed(failure);
            callback.failed(failure);
        });
        handle(new Exchange(request, response, told, bounds, "id", Peers.of(request), Deadline.in(deadline), "test"));
        return true;
    }

    @Override
    protected void doStop() throws Exception {
        bounds.close();
        super.doStop();
    }
}
