package smartproxy.tftp.bootfiles;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import smartproxy.core.api.HttpDownloads;
import smartproxy.tftp.server.Commands;

/** Files over FTP: from a real server, and from one that does everything wrong. */
@Timeout(120)
class FtpIT extends Fetching {
    private static final Instant MODIFIED = Instant.parse("2020-01-01T10:00:00Z");

    @TempDir
    Path lab;

    private Fetcher ftp(SourceRules rules, boolean beside, Pace pace) {
        var terms = terms(Optional.empty());
        return fetcher(root, new FtpSource(terms, rules), terms, 1 << 20, beside, pace);
    }

    private Fetcher ftp() {
        return ftp(ANY, false, Pace.DEFAULT);
    }

    @Test
    void aRealServerIsReadFrom() throws Exception {
        var vsftpd = Commands.lab().resolveSibling("ftp");
        var started = Commands.run(lab, 120, vsftpd.resolve("start.sh").toString(), lab.toString());
        assertThat(started.status()).as(started.output()).isZero();
        try {
            var url = "ftp://127.0.0.1:" + started.output().strip().replace("port=", "");
            var served = Files.createDirectories(lab.resolve("files/sub dir")).resolve("vmlinuz");
            Files.write(served, CONTENT);
            Files.setLastModifiedTime(served, FileTime.from(MODIFIED));
            Files.writeString(lab.resolve("files/sub dir/vmlinuz.sha256"), "0".repeat(64));

            var wanted = file(url + "/sub%20dir/vmlinuz");
            var have = fetch(ftp(), wanted, Optional.empty());
            assertThat(root.resolve(FILE)).hasBinaryContent(CONTENT);
            assertThat(Files.getLastModifiedTime(root.resolve(FILE)).toInstant())
                    .isEqualTo(MODIFIED);
            assertThat(received).isEqualTo(CONTENT.length);

            assertThat(fetch(ftp(), wanted, Optional.of(have))).isEqualTo(have);
            assertThat(received).as("it has not changed").isZero();
            var newer = content(1000);
            Files.write(served, newer);
            fetch(ftp(), wanted, Optional.of(have));
            assertThat(root.resolve(FILE)).hasBinaryContent(newer);

            assertThat(lab.resolve("vsftpd.log")).content().contains("PASV").doesNotContain("PORT", "EPRT");
            assertThat(failure(ftp(), file(url + "/missing")))
                    .hasMessage(url + "/missing is answered 550")
                    .returns(false, FetchFailed::mayPass);
            assertThat(failure(ftp(), file(url + "/sub%20dir"))).hasMessageContaining("is answered 550");
            assertThat(failure(ftp(ANY, true, Pace.DEFAULT), wanted)).hasMessageContaining("has not the digest");
            assertThat(root.resolve(FILE)).hasBinaryContent(newer);
            assertNothingIsLeft();
        } finally {
            Commands.run(lab, 60, vsftpd.resolve("stop.sh").toString(), lab.toString());
        }
    }

    @Test
    void theDataComeFromTheAddressThatWasChecked() throws Exception {
        try (var fake = new FakeFtp(CONTENT)) {
            for (var elsewhere : List.of("169,254,169,254", "192,0,2,99", "10,0,0,1")) {
                fake.on("PASV", fake.passive(elsewhere));
                fetch(ftp(), file(fake.url("/vmlinuz")), Optional.empty());
                assertThat(root.resolve(FILE)).as(elsewhere).hasBinaryContent(CONTENT);
                Files.delete(root.resolve(FILE));
            }
            var denied = new SourceRules(
                    Hosts.NONE, new Hosts(List.of(), List.of(new Network(InetAddress.getByName("127.0.0.0"), 8))));
            var heard = fake.commands().size();
            assertThat(failure(ftp(denied, false, Pace.DEFAULT), file(fake.url("/vmlinuz"))))
                    .hasMessageContaining("is refused");
            assertThat(fake.commands()).hasSize(heard);
        }
    }

    @Test
    void thePasswordIsSentAndNeverTold() throws Exception {
        try (var fake = new FakeFtp(CONTENT)) {
            var url = fake.url("/vmlinuz").replace("ftp://", "ftp://user:hu%20sh@");
            fetch(ftp(), file(url), Optional.empty());
            assertThat(fake.commands()).contains("USER user", "PASS hu sh");
            fake.on("PASS", "530 not with hu sh");
            assertThat(failure(ftp(), file(url)))
                    .hasMessage(fake.url("/vmlinuz") + " lets the user not in: 530")
                    .returns(false, FetchFailed::mayPass);
            fetchAnonymously(fake);
        }
    }

    private void fetchAnonymously(FakeFtp fake) throws Exception {
        fake.on("PASS", "230 come in");
        fetch(ftp(), file(fake.url("/vmlinuz")), Optional.empty());
        assertThat(fake.commands()).contains("USER anonymous", "PASS anonymous@", "RETR vmlinuz");
    }

    @Test
    void aLineBreakIsNoCommand() throws Exception {
        try (var fake = new FakeFtp(CONTENT)) {
            var evil = List.of(
                    fake.url("/a%0D%0ADELE%20b"),
                    fake.url("/x").replace("ftp://", "ftp://u%0D%0ADELE%20b:p@"),
                    fake.url("/x").replace("ftp://", "ftp://u:p%0ADELE%20b@"),
                    fake.url("/"));
            for (var url : evil) {
                assertThat(failure(ftp(), file(url)))
                        .as(url)
                        .hasMessageContaining("is no file that FTP can ask for")
                        .returns(false, FetchFailed::mayPass);
            }
            assertThat(fake.commands()).noneMatch(command -> command.startsWith("DELE"));
        }
    }

    @Test
    void whatBreaksOffLeavesTheOldFile() throws Exception {
        try (var fake = new FakeFtp(CONTENT)) {
            old();
            var wanted = file(fake.url("/vmlinuz"));
            fake.sends(out -> out.write(CONTENT, 0, 100_000), "426 broken off");
            assertThat(failure(ftp(), wanted))
                    .hasMessageContaining("the server has broken it off (426)")
                    .returns(true, FetchFailed::mayPass);
            fake.sends(out -> out.write(CONTENT, 0, 100_000), "226 that was all");
            assertThat(failure(ftp(), wanted)).hasMessageContaining("has ended after 100000 of 300000 bytes");
            fake.on("RETR", control -> {
                throw new IOException("hung up");
            });
            assertThat(failure(ftp(), wanted)).returns(true, FetchFailed::mayPass);
            fake.on("RETR", "450 later").on("SIZE", "213 x").on("MDTM", "213 yesterday");
            assertThat(failure(ftp(), wanted))
                    .hasMessageContaining("is answered 450")
                    .returns(true, FetchFailed::mayPass);
            fake.on("GREETING", "421 too many");
            assertThat(failure(ftp(), wanted)).returns(true, FetchFailed::mayPass);
            assertNothingHasChanged();
        }
    }

    @Test
    void aServerThatDoesNotServeIsSaid() throws Exception {
        try (var fake = new FakeFtp(CONTENT)) {
            old();
            var wanted = file(fake.url("/vmlinuz"));
            fake.on("TYPE", "504 text alone");
            assertThat(failure(ftp(), wanted))
                    .hasMessage(fake.url("/vmlinuz") + " knows no binary files: 504")
                    .returns(false, FetchFailed::mayPass);
            fake.on("GREETING", "530 not you");
            assertThat(failure(ftp(), wanted))
                    .hasMessageContaining(fake.url("/vmlinuz"))
                    .hasMessageContaining("530")
                    .returns(false, FetchFailed::mayPass);
            assertNothingHasChanged();
        }
    }

    /** A time that is none is none: the file comes, and is fetched again the next time. */
    @Test
    void aTimeThatIsNoneIsNotTrusted() throws Exception {
        try (var fake = new FakeFtp(CONTENT)) {
            var wanted = file(fake.url("/vmlinuz"));
            for (var time : List.of("213 20201399100000", "213 19", "550 no")) {
                fake.on("MDTM", time);
                var have = fetch(ftp(), wanted, Optional.empty());
                assertThat(have.lastModified()).as(time).isEmpty();
                fetch(ftp(), wanted, Optional.of(have));
                assertThat(received).as(time).isEqualTo(CONTENT.length);
                Files.delete(root.resolve(FILE));
            }
        }
    }

    @Test
    void noServerIsWaitedForWithoutEnd() throws Exception {
        try (var fake = new FakeFtp(CONTENT)) {
            old();
            var wanted = file(fake.url("/vmlinuz"));
            var end = new CountDownLatch(1);
            fake.sends(out -> end.await(60, TimeUnit.SECONDS), "226 at last");
            assertThat(failure(ftp(), wanted))
                    .hasMessageContaining("no answer in time")
                    .returns(true, FetchFailed::mayPass);
            fake.sends(
                    out -> {
                        while (true) {
                            out.write(CONTENT);
                        }
                    },
                    "226 never");
            fake.on("SIZE", "502 what?");
            assertThat(failure(ftp(), wanted))
                    .hasMessageContaining("is larger than 1 MiB")
                    .returns(false, FetchFailed::mayPass);
            fake.on("GREETING", control -> end.await(60, TimeUnit.SECONDS));
            assertThat(failure(ftp(), wanted)).hasMessageContaining("no answer in time");
            fake.on("GREETING", control -> {
                while (true) {
                    control.write("220-and so on\r\n".getBytes(StandardCharsets.UTF_8));
                }
            });
            assertThat(failure(ftp(), wanted)).hasMessageContaining("answers are too long");
            fake.on("GREETING", control -> {
                while (!end.await(100, TimeUnit.MILLISECONDS)) {
                    control.write('2');
                    control.flush();
                }
            });
            assertThat(failure(ftp(), wanted)).as("dripping").hasMessageContaining("no answer in time");
            end.countDown();
            assertNothingHasChanged();
        }
        assertThat(failure(ftp(), file("ftp://127.0.0.1:1/vmlinuz")))
                .hasMessageContaining("refused")
                .returns(true, FetchFailed::mayPass);
    }

    @Test
    void theDataConnectionOfAFileThatIsGivenUpIsClosed() throws Exception {
        try (var fake = new FakeFtp(CONTENT)) {
            var closed = new CountDownLatch(1);
            fake.on("SIZE", "502 what?")
                    .sends(
                            out -> {
                                try {
                                    while (true) {
                                        out.write(CONTENT);
                                    }
                                } finally {
                                    closed.countDown();
                                }
                            },
                            "226 never");
            assertThat(failure(ftp(), file(fake.url("/vmlinuz")))).hasMessageContaining("is larger than 1 MiB");
            assertThat(closed.await(30, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void aThreadThatWaitsCanBeStopped() throws Exception {
        try (var fake = new FakeFtp(CONTENT)) {
            var reached = new CountDownLatch(1);
            var end = new CountDownLatch(1);
            fake.sends(
                    out -> {
                        reached.countDown();
                        end.await(60, TimeUnit.SECONDS);
                    },
                    "226 at last");
            var terms = terms(Optional.empty());
            var patient = new HttpDownloads.Terms(terms.connect(), Duration.ofSeconds(60), Optional.empty(), "", true);
            var fetcher = fetcher(root, new FtpSource(patient, ANY), patient, 1 << 20, false, Pace.DEFAULT);
            var ended = new AtomicReference<Throwable>();
            var thread = new Thread(() -> {
                try {
                    fetch(fetcher, file(fake.url("/vmlinuz")), Optional.empty());
                } catch (Throwable e) {
                    ended.set(e);
                }
            });
            thread.start();
            assertThat(reached.await(30, TimeUnit.SECONDS)).isTrue();
            thread.interrupt();
            thread.join(10_000);
            assertThat(ended.get()).isInstanceOf(InterruptedException.class);
            end.countDown();
            assertNothingIsLeft();
        }
    }
}
