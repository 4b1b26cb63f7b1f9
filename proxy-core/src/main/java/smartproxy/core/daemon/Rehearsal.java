package smartproxy.core.daemon;

import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLContext;
import smartproxy.core.api.StartException;

/**
 * {@code rehearse TRAINING WORK}: a daemon of its own on 127.0.0.1 goes through a day's work, so that the JVM can archive the
 * classes it needs. TRAINING holds directories, each a settings.d with a file {@code requests}; see the README in it.
 */
final class Rehearsal {
    private static final int TIMES = 3;
    private static final int PATIENCE_MILLIS = 30_000;
    private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();

    private final PrintStream out;
    private final Path training;
    private final Path work;

    /** @param work an empty directory; what is written there is of no further use */
    Rehearsal(PrintStream out, Path training, Path work) {
        this.out = out;
        this.training = training;
        this.work = work;
    }

    /** @return 0, or 1 when it did not go as the training says */
    int run() {
        try {
            var scenes = scenes();
            var client = RehearsalPki.writeTo(work);
            enter(scenes.get(0), "auto");
            var daemon = Daemon.start(work.resolve("settings.yml"), SystemdNotifier.fromEnvironment(Map.of()));
            try {
                for (var crypto : List.of("auto", "jdk")) {
                    for (var scene : scenes) {
                        enter(scene, crypto);
                        daemon.reload();
                        play(scene, daemon, client);
                    }
                }
            } finally {
                daemon.stop();
            }
            return 0;
        } catch (StartException | GeneralSecurityException | IOException | RuntimeException e) {
            out.println("The rehearsal failed: " + e);
            return 1;
        }
    }

    private List<Path> scenes() throws IOException {
        try (var directories = Files.list(training)) {
            return directories.filter(Files::isDirectory).sorted().toList();
        }
    }

    private void enter(Path scene, String crypto) throws IOException {
        var directory = Files.createDirectories(work.resolve(scene.getFileName()));
        try (var files = Files.newDirectoryStream(scene, "*.yml")) {
            for (var file : files) {
                var text = Files.readString(file)
                        .replace("@WORK@", work.toString())
                        .replace("@PORT@", Integer.toString(freePort()));
                Files.writeString(directory.resolve(file.getFileName()), text);
            }
        }
        Files.writeString(work.resolve("settings.yml"), """
                ---
                :settings_directory: "%1$s/%2$s"
                :state_directory: "%1$s/state"
                :bind_host: ['127.0.0.1']
                :https_port: 0
                :ssl_certificate: "%1$s/server.pem"
                :ssl_private_key: "%1$s/server.key"
                :ssl_ca_file: "%1$s/ca.pem"
                :trusted_hosts: ['localhost']
                :log_file: "%1$s/proxy.log"
                :crypto: %3$s
                """.formatted(work, scene.getFileName(), crypto));
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, LOOPBACK)) {
            return socket.getLocalPort();
        }
    }

    private void play(Path scene, Daemon daemon, SSLContext client) throws IOException {
        var address = daemon.addresses().iterator().next();
        for (var i = 0; i < TIMES; i++) {
            for (var line : Files.readAllLines(scene.resolve("requests"))) {
                var words = List.of(line.split(" ", 4));
                var answer = ask(client, address, words.get(1), words.get(2), words.size() > 3 ? words.get(3) : "");
                if (!answer.startsWith("HTTP/1.1 " + words.get(0) + " ")) {
                    throw new IOException(scene.getFileName() + ": " + line + ": " + answer);
                }
            }
        }
    }

    /** A connection per request, as Foreman does it. */
    private static String ask(SSLContext client, InetSocketAddress address, String method, String path, String form)
            throws IOException {
        try (var socket = client.getSocketFactory().createSocket(LOOPBACK, address.getPort())) {
            socket.setSoTimeout(PATIENCE_MILLIS);
            var body = form.isEmpty()
                    ? ""
                    : "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: " + form.length() + "\r\n";
            var request = method + " " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" + body + "\r\n"
                    + form;
            socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
