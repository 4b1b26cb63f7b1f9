package smartproxy.tftp.bootfiles;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Answers FTP commands as it is told, rightly or wrongly. */
final class FakeFtp implements AutoCloseable {
    /** Writes what comes over the data connection, which is closed afterwards. */
    interface Data {
        void to(OutputStream out) throws IOException, InterruptedException;
    }

    /** Writes what comes over the control connection. */
    interface Act {
        void to(OutputStream control) throws IOException, InterruptedException;
    }

    private final ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final ServerSocket data = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final Map<String, Act> acts = new ConcurrentHashMap<>();
    private final List<String> commands = new ArrayList<>();
    private final List<Socket> sockets = new ArrayList<>();

    /** Serves a file of these bytes until it is told otherwise. */
    FakeFtp(byte[] content) throws IOException {
        on("GREETING", "220 hello");
        on("USER", "331 and the password?");
        on("PASS", "230 come in");
        on("TYPE", "200 so be it");
        on("SIZE", "213 " + content.length);
        on("MDTM", "213 20200101100000");
        on("PASV", passive("127,0,0,1"));
        sends(out -> out.write(content), "226 that was all");
        thread(this::accept);
    }

    /** Passive mode, naming an address for the data connection. */
    String passive(String address) {
        return "227 Entering Passive Mode (" + address + "," + data.getLocalPort() / 256 + ","
                + data.getLocalPort() % 256 + ")";
    }

    FakeFtp on(String command, String answer) {
        return on(command, control -> control.write((answer + "\r\n").getBytes(StandardCharsets.UTF_8)));
    }

    FakeFtp on(String command, Act act) {
        acts.put(command, act);
        return this;
    }

    /** @param end what the control connection says afterwards */
    FakeFtp sends(Data content, String end) {
        return on("RETR", control -> {
            try (var connection = data.accept()) {
                keep(connection);
                control.write("150 it comes\r\n".getBytes(StandardCharsets.UTF_8));
                content.to(connection.getOutputStream());
            }
            control.write((end + "\r\n").getBytes(StandardCharsets.UTF_8));
        });
    }

    String url(String path) {
        return "ftp://127.0.0.1:" + listener.getLocalPort() + path;
    }

    /** All that were heard so far. */
    List<String> commands() {
        synchronized (commands) {
            return List.copyOf(commands);
        }
    }

    private static void thread(Runnable work) {
        var thread = new Thread(work, "fake-ftp");
        thread.setDaemon(true);
        thread.start();
    }

    private void keep(Socket socket) {
        synchronized (sockets) {
            sockets.add(socket);
        }
    }

    private void accept() {
        try {
            while (true) {
                var socket = listener.accept();
                keep(socket);
                thread(() -> serve(socket));
            }
        } catch (IOException e) {
            // closed: the end
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            var in = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
            act("GREETING", socket);
            for (var line = in.readLine(); line != null; line = in.readLine()) {
                synchronized (commands) {
                    commands.add(line);
                }
                act(line.split(" ", 2)[0], socket);
            }
        } catch (IOException | InterruptedException e) {
            // the client went away, or shall be hung up on
        }
    }

    private void act(String command, Socket socket) throws IOException, InterruptedException {
        var out = socket.getOutputStream();
        var act = acts.get(command);
        if (act == null) {
            out.write("502 what?\r\n".getBytes(StandardCharsets.UTF_8));
        } else {
            act.to(out);
        }
        out.flush();
    }

    @Override
    public void close() throws IOException {
        listener.close();
        data.close();
        synchronized (sockets) {
            for (var socket : sockets) {
                socket.close();
            }
        }
    }
}
