package smartproxy.packaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import smartproxy.dns.LabBind;

/** Many creates and deletes through the daemon while its BIND goes away and comes back, or hangs: no answer is a lie. */
class LongDnsIT {
    private static final Duration DEADLINE = Duration.ofSeconds(4);
    private static final Duration WATCHDOG = Duration.ofSeconds(60);
    private static final Pattern SETTLED = Pattern.compile(
            "(creation|removal) of (\\S+) A.*, whose outcome was unknown, was (applied|not applied)$",
            Pattern.MULTILINE);

    @TempDir
    Path directory;

    @Test
    @Timeout(400)
    void aThousandChangesAndTwoRestarts() throws Exception {
        change(1_000, 2);
    }

    @Test
    @Tag("long")
    @Timeout(2400)
    void tenThousandChangesAndFiveRestarts() throws Exception {
        change(10_000, 5);
    }

    /** Killed, it loses the answers in flight; stopped, it does not; frozen, it gives them late. */
    private enum Interruption {
        KILL,
        STOP,
        FREEZE
    }

    private static List<Interruption> interruptions(int restarts) {
        var all = new ArrayList<Interruption>();
        for (var restart = 0; restart < restarts; restart++) {
            all.add(restart % 2 == 0 ? Interruption.KILL : Interruption.STOP);
            all.add(Interruption.FREEZE);
        }
        return all;
    }

    /** Lasts until some changes have failed. */
    private static void interrupt(LabBind bind, Interruption how, DnsLoad load) {
        var failures = load.failures();
        switch (how) {
            case KILL -> bind.kill();
            case STOP -> bind.stop();
            case FREEZE -> bind.freeze();
        }
        await().atMost(WATCHDOG).until(() -> load.failures() >= failures + 16 || load.isBroken());
        if (how == Interruption.FREEZE) {
            bind.thaw();
        } else {
            bind.restart();
        }
    }

    private void change(int changes, int restarts) throws Exception {
        try (var bind = LabBind.start(directory.resolve("bind"))) {
            var site = Site.in(directory)
                    .set("request_deadline", Long.toString(DEADLINE.toSeconds()))
                    .set("log_level", "INFO")
                    .nsupdate(bind.port(), bind.key("sha256"));
            try (var daemon = site.start();
                    var load = new DnsLoad(site.foreman(), changes)) {
                load.start();
                var interruptions = interruptions(restarts);
                for (var i = 0; i < interruptions.size(); i++) {
                    var when = changes * (i + 1) / (interruptions.size() + 1);
                    await().atMost(Duration.ofMinutes(15)).until(() -> load.confirmed() >= when || load.isBroken());
                    interrupt(bind, interruptions.get(i), load);
                }
                load.join(Duration.ofMinutes(20));
                await().atMost(WATCHDOG).until(() -> site.foreman().unsettled().equals("none"));

                var zone = bind.transfer("example.com");
                load.assertTrueTo(zone);
                var settled = SETTLED.matcher(site.log()).results().toList();
                assertThat(settled).hasSize(load.unknown());
                for (var outcome : settled) {
                    var there = zone.stream().anyMatch(line -> line.startsWith(outcome.group(2) + ". "));
                    var created = outcome.group(1).equals("creation");
                    assertThat(there)
                            .as(outcome.group())
                            .isEqualTo(outcome.group(3).equals("applied") == created);
                }
                assertThat(load.longest()).isLessThan(DEADLINE.plusSeconds(10));
                assertThat(daemon.isAlive()).isTrue();
                System.out.println(
                        "LongDnsIT: " + load.summary() + ", BIND restarted " + restarts + " times and frozen as often");
            }
        }
    }
}
