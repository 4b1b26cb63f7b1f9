package smartproxy.core.daemon;

import java.io.PrintStream;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Optional;
import smartproxy.core.settings.HostSettings;
import smartproxy.core.settings.HostSettingsReader;
import smartproxy.core.store.StoreMove;
import smartproxy.core.store.StoreSettings;

/** {@code store move}: copies what the daemon remembers to where another settings file wants it. */
final class StoreCommand {
    private final PrintStream out;

    StoreCommand(PrintStream out) {
        this.out = out;
    }

    /**
     * @param config settings of now
     * @param to settings of the new place; its {@code store_*} and {@code state_directory} count
     * @return 0, or 1 when nothing was moved
     */
    int move(Path config, Path to) {
        var source = read(config);
        var target = read(to);
        if (source.isEmpty() || target.isEmpty()) {
            return 1;
        }
        try {
            var rows = new StoreMove(source.get(), target.get()).run();
            rows.forEach((table, count) -> out.println(table + ": " + count + " rows"));
            out.println("Copied from " + source.get().name() + " to "
                    + target.get().name()
                    + ", which had nothing before; the former is as it was. Now put the settings of " + to + " into "
                    + config + " and start the daemon");
            return 0;
        } catch (SQLException e) {
            out.println("error: " + e.getMessage());
            return 1;
        }
    }

    private Optional<StoreSettings> read(Path file) {
        var bound = HostSettingsReader.read(file);
        bound.problems().stream()
                .filter(problem -> problem.isError())
                .forEach(problem -> out.println("error: " + problem));
        return bound.settings().map(HostSettings::store);
    }
}
