package smartproxy.tftp.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import smartproxy.tftp.files.FileRefused.Reason;

class FileStoreTest {
    @TempDir
    Path top;

    private Tree tree;
    private FileStore store;

    @BeforeEach
    void plant() throws IOException {
        tree = new Tree(top);
        store = new FileStore(tree.root);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "boot/vmlinuz",
                "/boot/vmlinuz",
                "//boot///vmlinuz",
                "./boot/./vmlinuz",
                "boot/../boot/vmlinuz",
                "none/../boot/vmlinuz",
                "boot/vmlinuz/"
            })
    void opensAFileByItsCleanedPath(String path) throws Exception {
        assertThat(Tree.read(store.open(path))).isEqualTo("kernel");
        assertThat(store.opened()).isEqualTo(1);
    }

    @Test
    void dotsInANameAreNoWayUp() throws Exception {
        assertThat(Tree.read(store.open("..a/b..c/d"))).isEqualTo("dots");
    }

    @Test
    void tellsSizeAndTimeOfTheFile() throws Exception {
        var time = Instant.parse("2024-02-03T04:05:06Z");
        Files.setLastModifiedTime(tree.root.resolve("grub.cfg"), FileTime.from(time));

        try (var file = store.open("grub.cfg")) {
            assertThat(file.size()).isEqualTo(6);
            assertThat(file.modified()).isEqualTo(time);
        }
    }

    @Test
    void aFileThatWasOpenedStaysItself() throws Exception {
        try (var file = store.open("grub.cfg")) {
            store.write(Map.of("grub.cfg", bytes("another")));

            assertThat(Tree.read(file)).isEqualTo("config");
        }
        assertThat(Tree.read(store.open("grub.cfg"))).isEqualTo("another");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "..",
                "../x",
                "../tftp-evil/x",
                "boot/../../x",
                "boot/../../tftp/grub.cfg",
                "",
                "/",
                ".",
                "boot/..",
                "//./"
            })
    void neitherTheRootNorWhatIsAboveIsOpened(String path) {
        refused(Reason.OUTSIDE, path);
    }

    @Test
    void namesThatAreNoneAreRefused() {
        refused(Reason.BAD_NAME, "boot/\0");
        refused(Reason.BAD_NAME, "boot/vmlinuz\0.txt");
        refused(Reason.BAD_NAME, "grub.cfg\n");
        refused(Reason.BAD_NAME, "grub\u007f.cfg");
        refused(Reason.BAD_NAME, "grub\u0085.cfg");
        refused(Reason.BAD_NAME, "a".repeat(256));
        refused(Reason.BAD_NAME, "ä".repeat(128));
        refused(Reason.BAD_NAME, "a/".repeat(600));
        refused(Reason.NOT_FOUND, "a".repeat(255));
    }

    @Test
    void whatIsNotThereIsNotFound() throws IOException {
        tree.link("tftp/dangling", "nowhere");
        tree.link("tftp/circle", "circle");
        refused(Reason.NOT_FOUND, "none");
        refused(Reason.NOT_FOUND, "none/none");
        refused(Reason.NOT_FOUND, "grub.cfg/none");
        refused(Reason.NOT_FOUND, "dangling");
        refused(Reason.NOT_FOUND, "circle");
        refused(Reason.DIRECTORY, "boot");
    }

    @Test
    void aFileSystemThatFailsSaysNothingOfWhatIsThere() throws IOException {
        tree.link("tftp/refused", "a".repeat(256)); // any error but those of names and links
        assertThatThrownBy(() -> store.open("refused"))
                .isInstanceOfSatisfying(
                        FileSystemException.class,
                        e -> assertThat(e.getReason()).contains("too long"));
    }

    @Test
    void aMissingRootHasNoFiles() {
        assertThatThrownBy(() -> new FileStore(top.resolve("none")).open("grub.cfg"))
                .isInstanceOfSatisfying(
                        FileRefused.class, e -> assertThat(e.reason()).isEqualTo(Reason.NOT_FOUND));
    }

    @Test
    void linksThatEndInsideAreFollowed() throws Exception {
        tree.link("tftp/near", "boot/vmlinuz");
        tree.link("tftp/absolute", tree.root + "/boot/vmlinuz");
        tree.link("tftp/directory", "boot");
        tree.link("tftp/around", "../tftp/near");
        for (var path : List.of("near", "absolute", "directory/vmlinuz", "around")) {
            assertThat(Tree.read(store.open(path))).as(path).isEqualTo("kernel");
        }
    }

    @Test
    void linksThatEndOutsideAreRefused() throws Exception {
        tree.link("tftp/far", "../x");
        tree.link("tftp/absolute", tree.top + "/outside/passwd");
        tree.link("tftp/directory", "../outside");
        tree.link("tftp/sibling", "../tftp-evil/x");
        tree.link("tftp/chain", "far");
        tree.link("tftp/self", ".");
        for (var path : List.of("far", "absolute", "directory/passwd", "directory", "sibling", "chain", "self")) {
            refused(Reason.OUTSIDE, path);
        }
        assertThat(store.opened()).isZero();
    }

    @Test
    void aRootThatIsALinkWorksAndMayBePointedElsewhere() throws Exception {
        var root = tree.link("root", "tftp");
        var linked = new FileStore(root);
        assertThat(Tree.read(linked.open("boot/vmlinuz"))).isEqualTo("kernel");
        tree.file("next/boot/vmlinuz", "newer kernel");

        Files.delete(root);
        tree.link("root", "next");

        assertThat(Tree.read(linked.open("boot/vmlinuz"))).isEqualTo("newer kernel");
        assertThatThrownBy(() -> linked.open("../x")).isInstanceOf(FileRefused.class);
    }

    @Test
    void aDirectoryThatBecomesALinkLeadsNobodyOutside() throws Exception {
        tree.file("tftp/spare/vmlinuz", "kernel");
        var boot = tree.root.resolve("boot");
        var aside = tree.root.resolve("aside");
        var stop = new AtomicBoolean();
        var swapper = new Thread(() -> {
            while (!stop.get()) {
                try {
                    Files.move(boot, aside);
                    Files.createSymbolicLink(boot, Path.of("../tftp-evil/boot"));
                    Files.delete(boot);
                    Files.move(aside, boot);
                } catch (IOException e) {
                    throw new java.io.UncheckedIOException(e);
                }
            }
        });
        swapper.start();
        try {
            var found = 0;
            for (var i = 0; i < 5000; i++) {
                try {
                    assertThat(Tree.read(store.open("boot/vmlinuz"))).isEqualTo("kernel");
                    found++;
                } catch (FileRefused e) {
                    assertThat(e.reason()).isIn(Reason.NOT_FOUND, Reason.OUTSIDE);
                }
            }
            assertThat(store.opened()).isEqualTo(found);
        } finally {
            stop.set(true);
            swapper.join();
        }
        assertThat(Tree.read(store.open("boot/vmlinuz"))).isEqualTo("kernel");
    }

    @Test
    void writesFilesWholeForEverybodyToRead() throws Exception {
        var contents = new LinkedHashMap<String, byte[]>();
        contents.put("grub2/grub.cfg-01-aa", bytes("one"));
        contents.put("new/deep/er/file", bytes(""));
        contents.put("grub.cfg", bytes("two"));

        store.write(contents);

        assertThat(tree.root.resolve("grub2/grub.cfg-01-aa")).hasContent("one");
        assertThat(tree.root.resolve("new/deep/er/file")).hasContent("");
        assertThat(tree.root.resolve("grub.cfg")).hasContent("two");
        assertThat(mode("grub.cfg")).isEqualTo("rw-r--r--");
        assertThat(mode("new/deep")).isEqualTo("rwxr-xr-x");
        assertNothingPartial();
    }

    /** Of a long name the start is that of the file on its way. */
    @Test
    void aNameMayHaveAnyCharacterAnywhere() throws Exception {
        var name = "x".repeat(39) + "\uD83D\uDE00.cfg";
        store.write(Map.of(name, bytes("menu")));
        assertThat(tree.root.resolve(name)).hasContent("menu");
        assertNothingPartial();
    }

    @Test
    void ofSeveralFilesNoneIsWrittenWhenOneCannotBe() throws Exception {
        var contents = new LinkedHashMap<String, byte[]>();
        contents.put("grub.cfg", bytes("two"));
        contents.put("boot", bytes("a directory is in the way"));

        assertThatThrownBy(() -> store.write(contents))
                .isInstanceOfSatisfying(
                        FileRefused.class, e -> assertThat(e.reason()).isEqualTo(Reason.DIRECTORY));

        assertThat(tree.root.resolve("grub.cfg")).hasContent("config");
        assertNothingPartial();
    }

    @Test
    void aFileInPlaceOfADirectoryIsSaid() {
        assertThatThrownBy(() -> store.write(Map.of("grub.cfg/00", bytes("x"))))
                .isInstanceOfSatisfying(
                        FileRefused.class, e -> assertThat(e.reason()).isEqualTo(Reason.NOT_DIRECTORY));
    }

    @Test
    void writesThroughLinksThatStayInside() throws Exception {
        tree.link("tftp/menu", "boot/menu.real");
        tree.file("tftp/boot/menu.real", "old");
        tree.link("tftp/dangling", "nowhere");
        tree.link("tftp/sub", "boot");

        store.write(Map.of("menu", bytes("new"), "dangling", bytes("file"), "sub/added", bytes("below")));

        assertThat(tree.root.resolve("menu")).isSymbolicLink().hasContent("new");
        assertThat(tree.root.resolve("dangling")).isRegularFile().hasContent("file");
        assertThat(Files.isSymbolicLink(tree.root.resolve("dangling"))).isFalse();
        assertThat(tree.root.resolve("boot/added")).hasContent("below");
    }

    @Test
    void writesNothingOutside() throws Exception {
        tree.link("tftp/far", "../x");
        tree.link("tftp/directory", "../outside");
        for (var path : List.of("far", "directory/new", "directory/sub/new", "../new", "../tftp-evil/x", "")) {
            assertThatThrownBy(() -> store.write(Map.of(path, bytes("y"))))
                    .as(path)
                    .isInstanceOfSatisfying(
                            FileRefused.class, e -> assertThat(e.reason()).isEqualTo(Reason.OUTSIDE));
        }
        assertThat(tree.top.resolve("x")).hasContent(Tree.CANARY);
        assertThat(tree.top.resolve("outside")).isDirectoryNotContaining("glob:**/{new,sub}");
        assertThat(tree.top.resolve("new")).doesNotExist();
    }

    @Test
    void filesOnTheirWayAreNotServedAndNotNamed() throws Exception {
        try (var file = store.create("initrd")) {
            file.channel().write(java.nio.ByteBuffer.wrap(bytes("half")));
            String partial;
            try (var entries = Files.list(tree.root)) {
                partial = entries.map(entry -> entry.getFileName().toString())
                        .filter(name -> name.endsWith(".part"))
                        .findFirst()
                        .orElseThrow();
            }
            refused(Reason.NOT_FOUND, partial);
            refused(Reason.NOT_FOUND, "initrd");
            tree.link("tftp/leads", partial);
            refused(Reason.NOT_FOUND, "leads");
        }
        assertNothingPartial();
        assertThat(tree.root.resolve("initrd")).doesNotExist();
        assertThatThrownBy(() -> store.create(".x.part")).isInstanceOf(FileRefused.class);
    }

    @Test
    void aPublishedFileHasTheTimeItWasGiven() throws Exception {
        var time = Instant.parse("2024-02-03T04:05:06Z");
        try (var file = store.create("initrd")) {
            file.channel().write(java.nio.ByteBuffer.wrap(bytes("whole")));
            file.modified(time);
            file.sync();
            file.publish();
            file.syncDirectory();
        }
        try (var file = store.open("initrd")) {
            assertThat(file.modified()).isEqualTo(time);
        }
    }

    @Test
    void deletesAFileOnce() throws Exception {
        assertThat(store.delete("grub.cfg")).isTrue();
        assertThat(store.delete("grub.cfg")).isFalse();
        assertThat(store.delete("none/none")).isFalse();
        assertThat(tree.root.resolve("grub.cfg")).doesNotExist();
    }

    @Test
    void deletesALinkAndNotWhatItLeadsTo() throws Exception {
        tree.link("tftp/far", "../x");
        assertThat(store.delete("far")).isTrue();
        assertThat(tree.root.resolve("far")).doesNotExist();
        assertThat(tree.top.resolve("x")).hasContent(Tree.CANARY);
    }

    @Test
    void deletesAFileThatIsStillTheOneThatWasSeen() throws Exception {
        var seen = store.look("boot/vmlinuz").orElseThrow();
        assertThat(seen.size()).isEqualTo("kernel".length());
        assertThat(store.opened()).as("it was not opened").isZero();
        var file = tree.root.resolve("boot/vmlinuz");
        Files.setLastModifiedTime(file, FileTime.from(Instant.EPOCH));
        assertThat(store.deleteUnchanged("boot/vmlinuz", seen)).isFalse();
        var again = store.look("boot/vmlinuz").orElseThrow();
        Files.delete(file);
        assertThat(store.deleteUnchanged("boot/vmlinuz", again)).isFalse();
        Files.writeString(file, "kernel");
        Files.setLastModifiedTime(file, FileTime.from(Instant.EPOCH));
        assertThat(store.deleteUnchanged("boot/vmlinuz", again)).isFalse();
        assertThat(store.deleteUnchanged(
                        "boot/vmlinuz", store.look("boot/vmlinuz").orElseThrow()))
                .isTrue();
        assertThat(file).doesNotExist();
        assertThat(store.look("boot/vmlinuz")).isEmpty();
    }

    @Test
    void looksAtNoLinkAndNoDirectory() throws Exception {
        Files.createSymbolicLink(tree.root.resolve("link"), tree.root.resolve("boot/vmlinuz"));
        for (var path : List.of("link", "boot", "none", "boot/vmlinuz/x")) {
            assertThat(store.look(path)).as(path).isEmpty();
        }
    }

    @Test
    void deletesNoDirectoryAndNothingOutside() throws Exception {
        tree.link("tftp/directory", "../outside");
        for (var path : List.of("boot", "directory/passwd", "../x", "")) {
            assertThatThrownBy(() -> store.delete(path)).as(path).isInstanceOf(FileRefused.class);
            if (!path.equals("boot")) {
                assertThatThrownBy(() -> store.deleteTree(path)).as(path).isInstanceOf(FileRefused.class);
            }
        }
        assertThat(tree.top.resolve("outside/passwd")).exists();
        assertThat(tree.top.resolve("x")).exists();
        assertThat(tree.root.resolve("boot/vmlinuz")).exists();
    }

    @Test
    void deletesATreeAndNotWhatItsLinksLeadTo() throws Exception {
        tree.file("tftp/host-config/aa/grub2/grub.cfg", "x");
        tree.link("tftp/host-config/aa/grub2/boot.efi", "../../../boot/vmlinuz");
        tree.link("tftp/host-config/aa/out", "../../../outside");

        assertThat(store.deleteTree("host-config/aa")).isTrue();
        assertThat(store.deleteTree("host-config/aa")).isFalse();

        assertThat(tree.root.resolve("host-config/aa")).doesNotExist();
        assertThat(tree.root.resolve("host-config")).exists();
        assertThat(tree.root.resolve("boot/vmlinuz")).exists();
        assertThat(tree.top.resolve("outside/passwd")).exists();
    }

    @Test
    void aTreeThatSomebodyElseTakesFromIsDeletedAllTheSame() throws Exception {
        for (var i = 0; i < 20; i++) {
            for (var file = 0; file < 200; file++) {
                tree.file("tftp/host-config/aa/grub2/" + file, "x");
            }
            var both = new CyclicBarrier(2);
            var other = new FutureTask<>(() -> {
                both.await();
                for (var file = 0; file < 200; file += 3) {
                    Files.deleteIfExists(tree.root.resolve("host-config/aa/grub2/" + file));
                }
                return true;
            });
            new Thread(other, "other").start();
            both.await();
            assertThat(store.deleteTree("host-config/aa")).isTrue();
            assertThat(tree.root.resolve("host-config/aa")).doesNotExist();
            assertThat(other.get()).isTrue();
        }
    }

    /** A tree without an end would take the daemon's stack. */
    @Test
    void aTreeThatIsNestedTooDeepIsSaid() throws Exception {
        var path = "tftp/host-config/aa" + "/d".repeat(15);
        Files.createDirectories(top.resolve(path));
        assertThat(store.deleteTree("host-config/aa")).as("as deep as may be").isTrue();
        tree.file(path + "/deeper/file", "x");

        assertThatThrownBy(() -> store.deleteTree("host-config/aa"))
                .isInstanceOf(FileSystemException.class)
                .hasMessageContaining("directories are nested too deep");

        assertThat(top.resolve(path + "/deeper/file")).exists();
    }

    @Test
    void whatAnEarlierProcessLeftUnfinishedIsSweptAway() throws Exception {
        var begun = Instant.parse("2024-02-03T04:05:06Z");
        for (var name : List.of("tftp/", "tftp/boot/", "tftp/boot/deeper/", "outside/")) {
            partial(name + ".old.0123456789abcdef.part", begun.minusSeconds(1));
        }
        partial("tftp/boot/.spared.0123456789abcdef.part", begun.minusSeconds(1));
        partial("tftp/boot/.new.0123456789abcdef.part", begun);
        partial("tftp/boot/.somebody-elses.part", begun.minusSeconds(1));
        Files.createDirectory(tree.root.resolve(".directory.0123456789abcdef.part"));
        tree.link("tftp/out", "../outside");

        assertThat(store.sweep(begun, Set.of(".spared.0123456789abcdef.part"))).isEqualTo(3);
        assertThat(store.sweep(begun, Set.of(".spared.0123456789abcdef.part"))).isZero();

        try (var all = Files.walk(tree.top)) {
            assertThat(all.map(tree.top::relativize).map(Path::toString).filter(name -> name.endsWith(".part")))
                    .containsExactlyInAnyOrder(
                            "outside/.old.0123456789abcdef.part",
                            "tftp/.directory.0123456789abcdef.part",
                            "tftp/boot/.spared.0123456789abcdef.part",
                            "tftp/boot/.new.0123456789abcdef.part",
                            "tftp/boot/.somebody-elses.part");
        }
        assertThat(new FileStore(tree.top.resolve("missing")).sweep(begun, Set.of()))
                .isZero();
    }

    private void partial(String path, Instant changed) throws IOException {
        Files.setLastModifiedTime(tree.file(path, "half"), FileTime.from(changed));
    }

    @Test
    void linksReplaceWhatWasThere() throws Exception {
        store.link("host-config/aa/grub2/boot.efi", "../../../boot/none");
        store.link("host-config/aa/grub2/boot.efi", "../../../boot/vmlinuz");
        assertThat(Files.readSymbolicLink(tree.root.resolve("host-config/aa/grub2/boot.efi")))
                .isEqualTo(Path.of("../../../boot/vmlinuz"));
        assertThat(Tree.read(store.open("host-config/aa/grub2/boot.efi"))).isEqualTo("kernel");
        assertNothingPartial();
        assertThatThrownBy(() -> store.link("boot", "x")).isInstanceOf(FileRefused.class);
    }

    @Test
    void nothingStaysOpen() throws Exception {
        tree.link("tftp/leads", "boot/vmlinuz");
        tree.link("tftp/far", "../x");
        try (var file = store.open("leads")) {
            assertThat(Descriptors.below(top)).containsExactly(tree.root + "/boot/vmlinuz");
            assertThat(file.size()).isEqualTo(6);
        }
        store.write(Map.of("new/a", bytes("1"), "new/deep/b", bytes("2")));
        store.link("host/deep/boot.efi", "../../boot/vmlinuz");
        assertThat(store.list("new")).isPresent();
        store.look("new/a");
        store.create("begun").close();
        store.delete("new/a");
        store.deleteTree("new");
        store.sweep(Instant.now(), Set.of());
        for (var path : List.of("boot", "none", "none/none", "grub.cfg/none", "far", "..")) {
            assertThatThrownBy(() -> store.open(path)).as(path).isInstanceOf(FileRefused.class);
        }
        for (var path : List.of("boot", "grub.cfg/new", "far")) {
            assertThatThrownBy(() -> store.write(Map.of("boot/new", bytes("x"), path, bytes("x"))))
                    .as(path)
                    .isInstanceOf(FileRefused.class);
        }
        assertThatThrownBy(() -> store.delete("boot")).isInstanceOf(FileRefused.class);
        assertThat(Descriptors.below(top)).isEmpty();
    }

    private void refused(Reason reason, String path) {
        var before = store.opened();
        assertThatThrownBy(() -> store.open(path))
                .as(path)
                .isInstanceOfSatisfying(
                        FileRefused.class, e -> assertThat(e.reason()).isEqualTo(reason));
        assertThat(store.opened()).isEqualTo(before);
    }

    private String mode(String path) throws IOException {
        return PosixFilePermissions.toString(
                Files.getPosixFilePermissions(tree.root.resolve(path), LinkOption.NOFOLLOW_LINKS));
    }

    private void assertNothingPartial() throws IOException {
        try (var all = Files.walk(tree.root)) {
            assertThat(all.filter(path -> path.getFileName().toString().endsWith(".part")))
                    .isEmpty();
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
