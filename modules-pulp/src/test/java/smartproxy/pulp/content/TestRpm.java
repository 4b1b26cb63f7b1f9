package smartproxy.pulp.content;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Small packages, made by rpmbuild. */
final class TestRpm {
    private static final String SPEC = """
            Name: %s
            Version: 1
            Release: 1
            Summary: test package
            License: MIT
            BuildArch: noarch
            %%description
            test
            %%install
            mkdir -p %%{buildroot}/usr/share/lab; echo %s >%%{buildroot}/usr/share/lab/%s
            %%files
            /usr/share/lab/%s
            """;

    private TestRpm() {}

    static String fileName(String name) {
        return name + "-1-1.noarch.rpm";
    }

    static byte[] named(String name, Path directory) throws IOException, InterruptedException {
        var spec = directory.resolve(name + ".spec");
        Files.writeString(spec, SPEC.formatted(name, name, name, name));
        var log = directory.resolve(name + ".log");
        var process = new ProcessBuilder(List.of(
                        "rpmbuild",
                        "-bb",
                        "--quiet",
                        "--define",
                        "_topdir " + directory,
                        "--define",
                        "_rpmdir " + directory,
                        "--define",
                        "_build_name_fmt %%{NAME}-%%{VERSION}-%%{RELEASE}.%%{ARCH}.rpm",
                        spec.toString()))
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        if (!process.waitFor(60, TimeUnit.SECONDS) || process.exitValue() != 0) {
            process.destroyForcibly();
            throw new IOException("rpmbuild: " + Files.readString(log));
        }
        return Files.readAllBytes(directory.resolve(fileName(name)));
    }
}
