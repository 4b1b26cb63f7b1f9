package smartproxy.pulp;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;
import smartproxy.core.api.Finding;

/** What is wrong with the logins to Pulps, as far as it can be told without asking them. */
final class LoginNeeds {
    private LoginNeeds() {}

    static List<Finding> of(Collection<PulpTarget> pulps) {
        var findings = new ArrayList<Finding>();
        for (var pulp : pulps) {
            var what = "pulpcore: " + (pulp.name().equals(PulpTarget.OWN) ? "gateway" : "pulps: " + pulp.name());
            var login = pulp.login();
            if (login.isNobody()) {
                findings.add(
                        Finding.warning(
                                what,
                                "has no login, and the API of Pulp lets nobody in without: Foreman and /content would be refused",
                                "set username and password_file, client_cert and client_key, or remote_user there, in pulpcore.yml"));
            }
            Stream.concat(login.passwordFile().stream(), login.key().stream())
                    .filter(LoginNeeds::isForAll)
                    .forEach(file -> findings.add(Finding.warning(
                            what,
                            "the file " + file + " holds a secret and can be read by every user",
                            "chmod o-r " + file)));
        }
        return findings;
    }

    private static boolean isForAll(Path file) {
        try {
            return Files.getPosixFilePermissions(file).contains(PosixFilePermission.OTHERS_READ);
        } catch (IOException | UnsupportedOperationException e) {
            return false;
        }
    }
}
