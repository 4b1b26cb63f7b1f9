package smartproxy.core.daemon;

import java.io.PrintStream;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import sun.misc.Signal;

/** What a signal does: TERM and INT end, HUP reloads, USR1 reopens the log file, TTIN prints all stacks. */
final class Signals {
    private Signals() {}

    static void install(Daemon daemon, PrintStream out, Runnable end) {
        // one at a time and in order: two HUPs in a row are two reloads
        Executor reloads = Executors.newSingleThreadExecutor(work -> {
            var thread = new Thread(work, "reload");
            thread.setDaemon(true);
            return thread;
        });
        Signal.handle(new Signal("TERM"), signal -> end.run());
        Signal.handle(new Signal("INT"), signal -> end.run());
        Signal.handle(new Signal("HUP"), signal -> reloads.execute(daemon::reload));
        Signal.handle(new Signal("USR1"), signal -> daemon.reopenLog());
        Signal.handle(new Signal("TTIN"), signal -> printStacks(out));
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
