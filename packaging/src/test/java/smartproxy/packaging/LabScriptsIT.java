package smartproxy.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the scripts of all labs share. */
class LabScriptsIT {
    /** Its parent, which becomes another program, never asks what became of it. */
    private static final String CHILD_THAT_ENDED = """
            . "$1/lab/common.sh"
            sh -c 'sleep 600 & echo $! >child; exec sleep 600' &
            parent=$!
            until grep -qsx sleep "/proc/$parent/comm"; do sleep 0.05; done
            child=$(cat child)
            kill -KILL "$child"
            until grep -qs '^State:.*Z' "/proc/$child/status"; do sleep 0.05; done
            """;

    /** Its second thread goes on for a second. */
    private static final String FIRST_THREAD_THAT_ENDED = """
            . "$1/lab/common.sh"
            python3 -c '
            import ctypes, threading, time
            threading.Thread(target=time.sleep, args=[1]).start()
            ctypes.CDLL(None).pthread_exit(None)' &
            ending=$!
            echo "$ending" >ending.pid
            until grep -qs '^State:.*Z' "/proc/$ending/status"; do sleep 0.05; done
            [ -n "$(tr '\\0' ' ' <"/proc/$ending/cmdline")" ] || echo has no command line
            """;

    @TempDir
    Path directory;

    @Test
    @Timeout(60)
    void whoWaitsForTheEndOfAServerWaitsForNobodyElse() throws Exception {
        var told = shell("""
                kill -0 "$child" && echo can be signalled
                runs "$child" || echo has ended
                runs "$parent" && echo parent runs
                echo "$parent" >parent.pid
                stop_server parent.pid 'sleep 600'
                runs "$parent" || echo parent has ended
                """);
        assertThat(told.output()).isEqualTo("can be signalled\nhas ended\nparent runs\nparent has ended\n");
    }

    /** As after a kill: it has its ports until that thread is gone. */
    @Test
    @Timeout(60)
    void whoStopsAServerWaitsForTheLastOfItsThreads() throws Exception {
        var told = Command.run(
                directory, Map.of(), List.of("sh", "-c", FIRST_THREAD_THAT_ENDED + """
                stop_server ending.pid python3
                runs "$ending" || echo has ended
                """, "sh", House.ROOT.toString()));
        assertThat(told.output()).isEqualTo("has no command line\nhas ended\n");
    }

    private Command shell(String script) throws Exception {
        return Command.run(
                directory, Map.of(), List.of("sh", "-c", CHILD_THAT_ENDED + script, "sh", House.ROOT.toString()));
    }
}
