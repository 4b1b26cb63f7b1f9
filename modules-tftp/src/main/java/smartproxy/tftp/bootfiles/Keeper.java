package smartproxy.tftp.bootfiles;

import java.io.IOException;
import java.nio.file.attribute.BasicFileAttributes;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import smartproxy.tftp.bootfiles.KeepRule.Going;
import smartproxy.tftp.bootfiles.KeepRule.Kept;
import smartproxy.tftp.files.FileRefused;
import smartproxy.tftp.files.FileStore;

/**
 * Removes files that were fetched, as the administrator's rule says: never one that somebody else has brought or changed, and none
 * that is on its way. Who reads one that goes reads it to its end.
 */
final class Keeper {
    private static final Logger LOG = LoggerFactory.getLogger(Keeper.class);

    private final FileStore files;
    private final BootFileRows rows;
    private final KeepRule rule;

    Keeper(FileStore files, BootFileRows rows, KeepRule rule) {
        this.files = files;
        this.rows = rows;
        this.rule = rule;
    }

    boolean keepsAll() {
        return rule.keepsAll();
    }

    /** Runs work unless a file is on its way to a destination, and lets none begin meanwhile. */
    interface Alone {
        void with(String destination, Runnable work);
    }

    /**
     * What a look at the files has brought.
     *
     * @param gone were removed
     * @param left how many are still there
     * @param bytes that those take
     * @param tooMuch whether that is more than the rule allows
     */
    record Result(List<Fetched> gone, int left, long bytes, boolean tooMuch) {}

    /** Looks at all files, and removes those that are to go. */
    Result run(Instant now, Alone alone) throws SQLException {
        var kept = new ArrayList<Kept>();
        for (var file : rows.fetched()) {
            look(file).ifPresent(seen -> kept.add(kept(file, seen)));
        }
        var gone = new ArrayList<Fetched>();
        for (var going : rule.going(kept, now)) {
            alone.with(going.kept().file().destination(), () -> {
                if (remove(going)) {
                    gone.add(going.kept().file());
                    kept.remove(going.kept());
                }
            });
        }
        var bytes = KeepRule.bytes(kept);
        return new Result(List.copyOf(gone), kept.size(), bytes, rule.isTooMuch(bytes));
    }

    /** The file, when it is still the one that was fetched. */
    private Optional<BasicFileAttributes> look(Fetched file) {
        try {
            return files.look(file.destination())
                    .filter(seen ->
                            file.have().is(seen.size(), seen.lastModifiedTime().toInstant()));
        } catch (IOException | FileRefused e) {
            LOG.debug("TFTP: {} cannot be looked at", file.destination(), e);
            return Optional.empty();
        }
    }

    private static Kept kept(Fetched file, BasicFileAttributes seen) {
        var read = seen.lastAccessTime().toInstant();
        return new Kept(file, seen.size(), read.isAfter(file.asked()) ? read : file.asked());
    }

    private boolean remove(Going going) {
        var file = going.kept().file();
        try {
            var seen = look(file);
            if (seen.isEmpty()
                    || !kept(file, seen.get()).equals(going.kept())
                    || !rows.isStill(file)
                    || !files.deleteUnchanged(file.destination(), seen.get())) {
                return false;
            }
            LOG.info(
                    "TFTP: removed {}, {} bytes: {}",
                    file.destination(),
                    going.kept().length(),
                    going.why());
            forget(file);
            return true;
        } catch (IOException | FileRefused e) {
            LOG.warn("TFTP: {} cannot be removed: {}", file.destination(), e.getMessage());
        } catch (SQLException e) {
            LOG.warn("TFTP: what {} is is not known: {}", file.destination(), e.getMessage());
        }
        return false;
    }

    /** It is gone, whether that can be noted or not. */
    private void forget(Fetched file) {
        try {
            rows.forget(file);
        } catch (SQLException e) {
            LOG.warn("TFTP: that {} is removed cannot be noted: {}", file.destination(), e.getMessage());
        }
    }
}
