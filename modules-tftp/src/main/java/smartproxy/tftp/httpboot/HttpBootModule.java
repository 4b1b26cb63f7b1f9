package smartproxy.tftp.httpboot;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import smartproxy.core.api.ModuleContext;
import smartproxy.core.api.ModuleInstance;
import smartproxy.core.api.Mount;
import smartproxy.core.api.ProxyModule;
import smartproxy.core.api.Role;
import smartproxy.core.api.Schema;
import smartproxy.tftp.files.FileStore;

/** The feature {@code httpboot}: the files below one root, at {@code /EFI} and {@code /httpboot}, for anybody. */
public final class HttpBootModule implements ProxyModule<HttpBootSettings> {
    @Override
    public String name() {
        return "httpboot";
    }

    @Override
    public Schema<HttpBootSettings> schema() {
        return HttpBootSettings.SCHEMA;
    }

    @Override
    public Map<String, @Nullable Object> shown(ServedPorts ports) {
        var shown = new LinkedHashMap<String, @Nullable Object>();
        shown.put("http_port", ports.http().orElse(null));
        shown.put("https_port", ports.https().orElse(null));
        return shown;
    }

    @Override
    public List<String> differences() {
        return List.of(
                "`:root_dir:` may be a link",
                "several ranges of a file in one request are answered with the whole file",
                "files that are being written are not served");
    }

    @Override
    public ModuleInstance create(HttpBootSettings settings, ModuleContext context) {
        var files = new HttpBootFiles(new FileStore(settings.root()));
        // Firmware has no certificate.
        var mounts = List.of(
                Mount.ofFiles("/EFI", Role.ANONYMOUS, files), Mount.ofFiles("/httpboot", Role.ANONYMOUS, files));
        return () -> mounts;
    }
}
