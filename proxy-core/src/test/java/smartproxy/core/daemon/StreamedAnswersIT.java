package smartproxy.core.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.StreamingOutput;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import smartproxy.core.api.BackendException;
import smartproxy.core.api.ModuleContext;
import smartproxy.core.api.ModuleInstance;
import smartproxy.core.api.Mount;
import smartproxy.core.api.ProxyModule;
import smartproxy.core.api.Role;
import smartproxy.core.api.Schema;
import smartproxy.core.daemon.Wire.Reply;

/** Answers whose length is not known when they begin, and the methods that a POST may be meant as. */
class StreamedAnswersIT {
    private static final String LINE = "x".repeat(999) + "\n";

    @TempDir
    java.nio.file.Path directory;

    private DaemonFixture proxy() throws Exception {
        return DaemonFixture.in(directory).with(new StreamModule()).start();
    }

    @Test
    void aShortAnswerIsOnePiece() throws Exception {
        try (var proxy = proxy();
                var wire = proxy.https()) {
            var reply = wire.get("/stream/3");
            assertThat(reply).returns(200, Reply::status).returns(LINE.repeat(3), Reply::body);
            assertThat(reply.header("content-length")).isEqualTo("3000");
        }
    }

    @Test
    void aLongAnswerComesInChunksAndTheConnectionStays() throws Exception {
        try (var proxy = proxy();
                var wire = proxy.https()) {
            for (var i = 0; i < 2; i++) {
                var reply = wire.get("/stream/5000");
                assertThat(reply.status()).isEqualTo(200);
                assertThat(reply.header("transfer-encoding")).isEqualTo("chunked");
                assertThat(reply.headers()).doesNotContainKey("content-length");
                assertThat(reply.header("content-type")).isEqualTo("application/json");
                assertThat(reply.body()).isEqualTo(LINE.repeat(5000));
            }
            assertThat(wire.request("HEAD", "/stream/5000").status()).isEqualTo(200);
            assertThat(wire.get("/stream/1").body()).isEqualTo(LINE);
        }
    }

    @Test
    void whatFailsBeforeItBeganIsAnErrorLikeAnyOther() throws Exception {
        try (var proxy = proxy();
                var wire = proxy.https()) {
            assertThat(wire.get("/stream/refused"))
                    .returns(502, Reply::status)
                    .returns("the server says no", Reply::body);
            assertThat(wire.get("/stream/late/10"))
                    .returns(502, Reply::status)
                    .returns("the server says no", Reply::body);
            assertThat(wire.get("/stream/1").status()).isEqualTo(200);
        }
    }

    @Test
    void whatFailsLaterIsSeenToBeBrokenOff() throws Exception {
        try (var proxy = proxy();
                var wire = proxy.https();
                var other = proxy.https()) {
            wire.send(Wire.head("GET", "/stream/late/5000") + "\r\n");
            assertThatThrownBy(wire::read).isInstanceOfAny(EOFException.class, IOException.class);
            assertThat(wire.isClosedByPeer()).isTrue();
            DaemonFixture.await().until(() -> proxy.log().contains("was broken off: "));
            assertThat(other.get("/stream/1").status()).isEqualTo(200);
        }
    }

    @Test
    void aClientThatIsGoneEndsIt() throws Exception {
        try (var proxy = proxy()) {
            try (var wire = proxy.https()) {
                wire.send(Wire.head("GET", "/stream/100000") + "\r\n");
                assertThat(wire.readHead().status()).isEqualTo(200);
            }
            DaemonFixture.await().until(() -> proxy.log().contains("was broken off: "));
        }
    }

    @Test
    void aClientThatDoesNotReadIsLeftAtTheDeadline() throws Exception {
        try (var proxy = DaemonFixture.in(directory)
                        .with(new StreamModule())
                        .set("request_deadline", "2")
                        .start();
                var wire = proxy.https()) {
            wire.send(Wire.head("GET", "/stream/100000") + "\r\n");
            DaemonFixture.await().until(() -> proxy.log().contains("was broken off: "));
            assertThat(wire.isClosedByPeer()).isTrue();
        }
    }

    @Test
    void longAnswersLeaveThreadsForShortOnes() throws Exception {
        try (var proxy = DaemonFixture.in(directory)
                        .with(new StreamModule())
                        .set("max_threads", "16")
                        .start();
                var one = unread(proxy);
                var two = unread(proxy);
                var three = unread(proxy);
                var four = unread(proxy);
                var wire = proxy.https()) {
            var refused = wire.get("/stream/5000");
            assertThat(refused.status()).isEqualTo(503);
            assertThat(refused.body()).isEqualTo("Too many clients take long answers at once");
            assertThat(refused.header("Retry-After")).isEqualTo("1");
            assertThat(wire.get("/stream/1").status()).isEqualTo(200);
            one.close();
            DaemonFixture.await().until(() -> wire.get("/stream/5000").status() == 200);
        }
    }

    @Test
    void whoDoesNotTakeHisAnswerMakesRoomForOthers() throws Exception {
        try (var proxy = DaemonFixture.in(directory)
                        .with(new StreamModule())
                        .set("max_connections_per_address", "4")
                        .start();
                var one = unread(proxy);
                var two = unread(proxy);
                var three = unread(proxy);
                var four = unread(proxy);
                var wire = proxy.https()) {
            assertThat(wire.get("/stream/1").status()).isEqualTo(200);
            // most often the first: the one that has waited longest for its client
            DaemonFixture.await().until(() -> proxy.log().contains("was broken off: "));
            assertThat(proxy.metric("smart_proxy_connections_evicted")).isEqualTo(1);
        }
    }

    private static Wire unread(DaemonFixture proxy) throws IOException {
        var wire = proxy.https();
        wire.send(Wire.head("GET", "/stream/100000") + "\r\n");
        assertThat(wire.readHead().status()).isEqualTo(200);
        return wire;
    }

    @Test
    void otherSitesAreShownNothing() throws Exception {
        try (var proxy = proxy();
                var wire = proxy.https()) {
            assertThat(wire.get("/stream/5000", "Referer: https://evil.example.net/")
                            .status())
                    .isEqualTo(403);
        }
    }

    @Test
    void aPostMayBeMeantAsAnotherMethodWhereTheMountSaysSo() throws Exception {
        try (var proxy = proxy();
                var wire = proxy.https()) {
            assertThat(wire.post("/stream/thing", "a=1").body()).isEqualTo("posted");
            assertThat(wire.post("/stream/thing", "_method=delete").body()).isEqualTo("deleted");
            assertThat(wire.post("/stream/thing", "", "X-HTTP-Method-Override: DELETE")
                            .body())
                    .isEqualTo("deleted");
            assertThat(wire.post("/stream/thing?_method=DELETE", "a=1").body()).isEqualTo("posted");
            assertThat(wire.post("/plain/thing", "_method=DELETE").body()).isEqualTo("posted");
            assertThat(wire.get("/stream/thing", "X-HTTP-Method-Override: DELETE")
                            .status())
                    .isEqualTo(404);
        }
    }

    /** Mounts for these tests. */
    private static final class StreamModule implements ProxyModule<StreamModule.Settings> {
        record Settings() {}

        @Override
        public String name() {
            return "stream";
        }

        @Override
        public boolean enabledByDefault() {
            return true;
        }

        @Override
        public Schema<Settings> schema() {
            return new Schema<>("Tests", List.of(), values -> new Settings());
        }

        @Override
        public ModuleInstance create(Settings settings, ModuleContext context) {
            var mounts = List.of(
                    new Mount("/stream", Role.FOREMAN, new Lines()).withMethodOverride(),
                    new Mount("/plain", Role.FOREMAN, new Plain()));
            return () -> mounts;
        }
    }

    @Path("/plain")
    public static final class Plain {
        @POST
        @Path("thing")
        public String post() {
            return "posted";
        }

        @DELETE
        @Path("thing")
        public String delete() {
            return "deleted";
        }
    }

    @Path("/stream")
    public static final class Lines {
        @GET
        @Path("{lines: [0-9]+}")
        public Response lines(@PathParam("lines") int lines) {
            return stream(lines, false);
        }

        @GET
        @Path("late/{lines}")
        public Response late(@PathParam("lines") int lines) {
            return stream(lines, true);
        }

        @GET
        @Path("refused")
        public Response refused() {
            return stream(0, true);
        }

        private static Response stream(int lines, boolean fails) {
            StreamingOutput body = out -> {
                var line = LINE.getBytes(StandardCharsets.UTF_8);
                for (var i = 0; i < lines; i++) {
                    out.write(line);
                }
                if (fails) {
                    throw BackendException.rejected("the server says no");
                }
            };
            return Response.ok(body, "application/json").build();
        }

        @POST
        @Path("thing")
        public String post() {
            return "posted";
        }

        @DELETE
        @Path("thing")
        public String delete() {
            return "deleted";
        }
    }
}
