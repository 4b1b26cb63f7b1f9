package smartproxy.dns.infoblox;

import java.net.URI;
import java.util.List;
import smartproxy.core.api.Schema;
import smartproxy.core.api.Setting;
import smartproxy.core.api.SettingTypes;
import smartproxy.core.api.Values;
import smartproxy.infoblox.GridSettings;
import smartproxy.infoblox.WapiVersion;

/**
 * {@code dns_infoblox.yml}.
 *
 * @param view DNS view of all records
 */
public record InfobloxSettings(GridSettings grid, String view) {
    public static final Setting<String> USERNAME =
            SettingTypes.text("username", "User of the WAPI").defaultsTo("infoblox");
    public static final Setting<URI> SERVER = Setting.of(
                    "dns_server", "host, host:port or URL", GridSettings::server, "Grid master, spoken to by https")
            .defaultsTo(URI.create("https://localhost"));
    public static final Setting<String> VIEW =
            SettingTypes.text("dns_view", "DNS view of the records").defaultsTo("default");
    public static final Setting<WapiVersion> VERSION = GridSettings.version(
            "Version of the WAPI; from 2.6 on the members' DNS caches are cleared of a changed name");

    public static final Schema<InfobloxSettings> SCHEMA = new Schema<>(
            "DNS records in an Infoblox grid, through its WAPI",
            List.of(USERNAME, GridSettings.PASSWORD, SERVER, VIEW, GridSettings.TIMEOUT, GridSettings.CA_FILE, VERSION),
            InfobloxSettings::bind);

    private static InfobloxSettings bind(Values values) {
        var grid = new GridSettings(
                values.get(SERVER),
                SERVER.key(),
                values.get(USERNAME),
                values.get(GridSettings.PASSWORD),
                values.get(GridSettings.TIMEOUT),
                values.find(GridSettings.CA_FILE),
                values.get(VERSION));
        return new InfobloxSettings(grid, values.get(VIEW));
    }

    boolean clearsCaches() {
        return grid.version().isAtLeast(2, 6);
    }
}
