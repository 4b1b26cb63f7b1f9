package smartproxy.dhcp.kea;

/** Kea 3.0 by itself. */
final class Kea3FaultsIT extends KeaFaults {
    Kea3FaultsIT() {
        super("3.0");
    }
}
