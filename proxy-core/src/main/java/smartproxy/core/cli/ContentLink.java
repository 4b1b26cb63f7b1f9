package smartproxy.core.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.security.cert.CertificateParsingException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Optional;
import javax.net.ssl.SSLException;
import smartproxy.core.api.BackendException;
import smartproxy.core.api.Deadline;
import smartproxy.core.api.HttpCall;
import smartproxy.core.api.HttpIdentity;
import smartproxy.core.api.HttpReply;
import smartproxy.core.api.OutcomeUnknownException;
import smartproxy.core.api.StartException;
import smartproxy.core.auth.PeerNames;
import smartproxy.core.client.LazyPeer;
import smartproxy.core.settings.HostSettings;
import smartproxy.core.settings.HostSettingsReader;
import smartproxy.core.tls.Pem;

/** The content API of a daemon, by mutual TLS. */
final class ContentLink implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration CALL = Duration.ofSeconds(60);
    /** Of an answer: a mirror of thousands of repositories tells of each. */
    private static final int MOST_READ = 8 << 20;

    private static final String OWNER = "smart-proxy content";

    private final URI url;
    private final LazyPeer peer;

    /** The daemon said no; the message is its sentence. */
    static final class Refused extends Exception {
        private static final long serialVersionUID = 1L;

        private final boolean passing;

        Refused(String message, boolean passing) {
            super(message);
            this.passing = passing;
        }

        /** Whether the same call may be answered otherwise a little later: the daemon may be ending, or without its store. */
        boolean isPassing() {
            return passing;
        }
    }

    /** There is no answer of the daemon, or none for us; the message says what to do. */
    static final class Unreachable extends Exception {
        private static final long serialVersionUID = 1L;

        private final boolean passing;

        Unreachable(String message, boolean passing) {
            super(message);
            this.passing = passing;
        }

        /** Whether the same call may succeed a little later: the daemon may be starting. */
        boolean isPassing() {
            return passing;
        }
    }

    private ContentLink(URI url, LazyPeer peer) {
        this.url = url;
        this.peer = peer;
    }

    /**
     * As whom the options say, else as the daemon itself, by its settings.
     *
     * @param settings location of settings.yml, which is read only when an option is missing
     * @throws StartException when a file is missing or cannot be used
     */
    static ContentLink open(ContentOptions options, Path settings) throws StartException {
        var all = options.has("url") && options.has("cert") && options.has("ca");
        var own = all ? Optional.<HostSettings>empty() : Optional.of(read(settings));
        var certificate = file(options, "cert", own.flatMap(one -> one.tls().certificate()));
        var key = file(options, "key", own.flatMap(one -> one.tls().privateKey()));
        var authorities = file(options, "ca", own.flatMap(one -> one.tls().ca()));
        var url = options.has("url") ? url(options.option("url").orElseThrow()) : own(own.orElseThrow());
        var identity = HttpIdentity.of(url, "--ca").trusting(authorities).presenting(certificate, key);
        return new ContentLink(url, new LazyPeer(OWNER, identity));
    }

    private static HostSettings read(Path settings) throws StartException {
        var bound = HostSettingsReader.read(settings);
        if (bound.settings().isPresent()) {
            return bound.settings().get();
        }
        throw new StartException(bound.problems().stream()
                        .filter(one -> one.isError())
                        .findFirst()
                        .map(Object::toString)
                        .orElse(settings + " cannot be read")
                + "; or give --url, --cert, --key and --ca");
    }

    private static Path file(ContentOptions options, String option, Optional<Path> own) throws StartException {
        return options.option(option)
                .map(Path::of)
                .or(() -> own)
                .orElseThrow(() -> new StartException("no --" + option
                        + ", and settings.yml has none: https is off there. Give --url, --cert, --key and --ca"));
    }

    private static URI url(String text) throws StartException {
        try {
            var url = URI.create(text);
            if ("https".equals(url.getScheme())
                    && url.getHost() != null
                    && url.getRawUserInfo() == null
                    && url.getRawQuery() == null) {
                return url;
            }
        } catch (IllegalArgumentException e) {
            // said below
        }
        throw new StartException("--url is expected to be like https://proxy.example.com:9090");
    }

    /** By a name in the daemon's certificate, which is verified. */
    private static URI own(HostSettings settings) throws StartException {
        var file = settings.tls()
                .certificate()
                .orElseThrow(() -> new StartException("https is off in settings.yml; give --url"));
        try {
            var peer = PeerNames.of(Pem.certificates(file).get(0));
            var names = new ArrayList<>(peer.dnsNames());
            names.addAll(peer.commonNames());
            for (var name : names) {
                if (!name.startsWith("*")) {
                    return url("https://" + name + ":" + settings.http().httpsPort());
                }
            }
        } catch (CertificateParsingException e) {
            throw new StartException(file + ": " + e.getMessage() + "; give --url", e);
        }
        throw new StartException(file + " names no host; give --url");
    }

    URI url() {
        return url;
    }

    JsonNode get(String path) throws Refused, Unreachable {
        return send(HttpCall.get("content/" + path));
    }

    JsonNode get(HttpCall call) throws Refused, Unreachable {
        return send(call);
    }

    JsonNode post(String path, JsonNode body) throws Refused, Unreachable {
        return send(HttpCall.post("content/" + path).json(body.toString()));
    }

    private JsonNode send(HttpCall call) throws Refused, Unreachable {
        HttpReply reply;
        try {
            reply = peer.send(call.upTo(MOST_READ), Deadline.in(CALL));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Unreachable("interrupted", false);
        } catch (BackendException e) {
            throw new Unreachable(url + ": " + e.getMessage(), false);
        } catch (IOException e) {
            throw unreachable(e);
        }
        var status = reply.status();
        if (status == 401 || status == 403) {
            throw new Unreachable(
                    url + " does not let this certificate in (" + status + " "
                            + reply.text().strip()
                            + "): add its name to :trusted_hosts: of that daemon, or give --cert and --key of one that is there",
                    false);
        }
        if (status == 404 && !isOfTheApi(reply)) {
            throw new Refused(
                    url + " has no content API: a Pulp with a login is needed in pulpcore.yml, see docs/content-api.md",
                    true);
        }
        if (status / 100 != 2) {
            throw new Refused(reply.text().strip(), status >= 500);
        }
        try {
            return JSON.readTree(reply.body());
        } catch (IOException e) {
            throw new Refused(url + " answers something that is no JSON; is it a Smart Proxy?", false);
        }
    }

    /** A sentence about what is missing, and not the page for a path that is nobody's. */
    private static boolean isOfTheApi(HttpReply reply) {
        return reply.text().contains("'");
    }

    private Unreachable unreachable(IOException e) {
        var words = String.valueOf(e.getMessage());
        if (e instanceof SSLException && words.contains("fatal alert")) {
            return new Unreachable(
                    url + " refuses the certificate that is shown (" + words
                            + "): it must be one for clients, valid, and of an authority in ssl_ca_file of that daemon; see --cert and --key",
                    false);
        }
        if (e instanceof SSLException) {
            return new Unreachable(
                    "no TLS with " + url + ": " + words
                            + "; --ca must be the authority of the daemon's certificate, and the host in --url a name in it",
                    false);
        }
        if (e instanceof OutcomeUnknownException) {
            return new Unreachable(
                    url + ": " + words + "; it may have begun what was asked for: `smart-proxy content jobs` tells",
                    true);
        }
        if (e instanceof UnknownHostException) {
            return new Unreachable("there is no host " + url.getHost() + "; see --url", false);
        }
        if (e instanceof ConnectException) {
            return new Unreachable(url + " cannot be reached: " + words + "; is the daemon running? see --url", true);
        }
        return e instanceof SocketTimeoutException
                ? new Unreachable(url + " does not answer within " + CALL.toSeconds() + " s", true)
                : new Unreachable(url + ": " + words, true);
    }

    static JsonNode json(String text) throws JsonProcessingException {
        return JSON.readTree(text);
    }

    @Override
    public void close() {
        peer.close();
    }
}
