package smartproxy.core.daemon;

import java.io.PrintStream;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;

/**
 * What a signal does: TERM and INT end, HUP reloads, USR1 reopens the log file, TTIN prints all stacks. One that comes while the
 * daemon starts is served when it has started, so that none of them kills it.
 */
final class Signals {
    private Signals() {}

    static void install(CompletableFuture<Daemon> started, PrintStream out, Runnable end) {
        // one at a time and in order: two HUPs in a row are two reloads
        Executor reloads = Executors.newSingleThreadExecutor(work -> {
            var thread = new Thread(work, "reload");
            thread.setDaemon(true);
            return thread;
        });
        on("TERM", end);
        on("INT", end);
        on("HUP", () -> reloads.execute(() -> started.join().reload()));
        on("USR1", () -> {
            var unused = started.thenAccept(Daemon::reopenLog);
        });
        on("TTIN", () -> printStacks(out));
    }

    /**
     * Java has no other access to signals than {@code sun.misc.Signal} of the module {@code jdk.unsupported}, and its compiler
     * warns of each direct use in a way that cannot be switched off; hence the one reflective call of the daemon.
     */
    private static void on(String name, Runnable action) {
        try {
            var signal = Class.forName("sun.misc.Signal");
            var handler = Class.forName("sun.misc.SignalHandler");
            InvocationHandler invocation = (proxy, method, arguments) -> {
                action.run();
                return null;
            };
            signal.getMethod("handle", signal, handler)
                    .invoke(
                            null,
                            signal.getConstructor(String.class).newInstance(name),
                            Proxy.newProxyInstance(handler.getClassLoader(), new Class<?>[] {handler}, invocation));
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("signal " + name + " cannot be handled by this JVM", e);
        }
    }

    private static void printStacks(PrintStream out) {
        var text = new StringBuilder();
        Thread.getAllStackTraces().forEach((thread, stack) -> {
            text.append("Thread ")
                    .append(thread.getName())
                    .append(' ')
                    .append(thread.getState())
                    .append('\n');
            for (var frame : stack) {
                text.append("  ").append(frame).append('\n');
            }
        });
        out.print(text);
        out.flush();
    }
}
