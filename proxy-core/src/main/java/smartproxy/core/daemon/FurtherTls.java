package smartproxy.core.daemon;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import smartproxy.core.api.StartException;
import smartproxy.core.http.ListenerSettings;
import smartproxy.core.http.Listeners.Further;
import smartproxy.core.tls.TlsReloader;

/**
 * A further listener with the certificates it has.
 *
 * @param tls empty: plain http
 */
record FurtherTls(ListenerSettings settings, Optional<Tls> tls) {
    /**
     * @param present those in use; certificates whose settings are the same are taken over
     * @throws StartException naming the file and what to do
     */
    static List<FurtherTls> load(List<ListenerSettings> wanted, List<FurtherTls> present) throws StartException {
        var all = new ArrayList<FurtherTls>();
        for (var listener : wanted) {
            var same = present.stream()
                    .filter(one -> one.settings.tls().equals(listener.tls()))
                    .findFirst();
            if (same.isPresent()) {
                all.add(new FurtherTls(listener, same.get().tls));
            } else {
                var settings = listener.tls();
                all.add(new FurtherTls(
                        listener, settings.isPresent() ? Optional.of(Tls.load(settings.get())) : Optional.empty()));
            }
        }
        return List.copyOf(all);
    }

    static List<Further> listeners(List<FurtherTls> all) {
        return all.stream()
                .map(one -> new Further(one.settings, one.tls.map(Tls::context)))
                .toList();
    }

    /** Begins to watch their files. */
    static void start(List<FurtherTls> all) {
        all.forEach(one -> one.tls.ifPresent(tls -> tls.reloader().start()));
    }

    /** Ends the watch over what is not used any more, and begins that over what is new. */
    static void replace(List<FurtherTls> before, List<FurtherTls> after) {
        before.stream()
                .filter(one -> after.stream().noneMatch(other -> other.tls.equals(one.tls)))
                .forEach(one -> one.tls.ifPresent(tls -> tls.reloader().close()));
        start(after.stream()
                .filter(one -> before.stream().noneMatch(other -> other.tls.equals(one.tls)))
                .toList());
    }

    /** Looks at the files now. */
    static void checkNow(List<FurtherTls> all) {
        all.forEach(one -> one.tls.ifPresent(tls -> tls.reloader().checkNow()));
    }

    /** By what {@code /health} calls them. */
    static Map<String, TlsReloader.Status> status(List<FurtherTls> all) {
        var status = new LinkedHashMap<String, TlsReloader.Status>();
        all.forEach(one -> one.tls.ifPresent(
                tls -> status.put(one.settings + " ", tls.reloader().status())));
        return status;
    }
}
