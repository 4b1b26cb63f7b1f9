package smartproxy.pulp;

import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import smartproxy.core.api.HttpIdentity;
import smartproxy.core.api.InvalidSetting;
import smartproxy.core.api.Secret;
import smartproxy.core.api.SettingBlock;
import smartproxy.core.api.SettingTypes;

/**
 * How to log in to a Pulp: user and password, a client certificate, or the header {@code Remote-User}.
 *
 * @param passwordFile where the password is
 * @param authorities of Pulp's certificate
 */
record Login(
        Optional<String> username,
        Optional<Secret> password,
        Optional<Path> passwordFile,
        Optional<Path> certificate,
        Optional<Path> key,
        Optional<Path> authorities,
        Optional<String> remoteUser) {
    static final Set<String> KEYS =
            new TreeSet<>(Set.of("username", "password_file", "client_cert", "client_key", "ca_file", "remote_user"));

    private static final Pattern USER = Pattern.compile("[^:\\p{Cntrl}]+");

    static final Login NONE = new Login(
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty());

    /** @throws InvalidSetting when it is half a login, or two that contradict each other */
    static Login parse(SettingBlock block) throws InvalidSetting {
        var passwordFile = block.find(SettingTypes.readableFile("password_file", ""));
        var login = new Login(
                user(block, "username"),
                password(passwordFile),
                passwordFile,
                block.find(SettingTypes.readableFile("client_cert", "")),
                block.find(SettingTypes.readableFile("client_key", "")),
                block.find(SettingTypes.readableFile("ca_file", "")),
                user(block, "remote_user"));
        var half = login.username.isPresent() != login.password.isPresent()
                || login.certificate.isPresent() != login.key.isPresent();
        if (half) {
            throw new InvalidSetting(
                    "Parameter '" + block.key() + "' does not say how to log in to Pulp",
                    "username and password_file, or client_cert and client_key, or remote_user");
        }
        if (login.username.isPresent() && login.remoteUser.isPresent()) {
            throw new InvalidSetting(
                    "Parameter '" + block.key() + "' has two logins to Pulp, username and remote_user",
                    "only one of them; a client certificate may be shown besides");
        }
        if (login.password.isPresent() && login.password.get().reveal().chars().anyMatch(Character::isISOControl)) {
            throw new InvalidSetting(
                    "Parameter '" + block.key() + ": password_file' " + passwordFile.orElseThrow()
                            + " has more than one line",
                    "the password alone");
        }
        return login;
    }

    private static Optional<Secret> password(Optional<Path> file) throws InvalidSetting {
        return file.isEmpty()
                ? Optional.empty()
                : Optional.of(SettingTypes.secret("password_file", "").parse("file:" + file.get()));
    }

    /** A colon would end a user's name in Basic (RFC 7617, section 2), and a line break the header. */
    private static Optional<String> user(SettingBlock block, String key) throws InvalidSetting {
        var user = block.find(SettingTypes.text(key, ""));
        if (user.isPresent() && !USER.matcher(user.get()).matches()) {
            throw new InvalidSetting(
                    "Parameter '" + block.key() + ": " + key + "' is no name of a user",
                    "without colons and control characters, and not empty");
        }
        return user;
    }

    /** Whether Pulp sees nobody. */
    boolean isNobody() {
        return username.isEmpty() && certificate.isEmpty() && remoteUser.isEmpty();
    }

    /** A server, spoken to with this login. */
    HttpIdentity to(URI server) {
        var identity = nobodyAt(server);
        if (certificate.isPresent() && key.isPresent()) {
            identity = identity.presenting(certificate.get(), key.get());
        }
        if (username.isPresent() && password.isPresent()) {
            identity = identity.basic(username.get(), password.get());
        }
        return remoteUser.isPresent() ? identity.header("Remote-User", new Secret(remoteUser.get())) : identity;
    }

    /** A server, spoken to as nobody: not even with the certificate, which what stands before Pulp may take for a login. */
    HttpIdentity nobodyAt(URI server) {
        var identity = HttpIdentity.of(server, "ca_file");
        return authorities.map(identity::trusting).orElse(identity);
    }
}
