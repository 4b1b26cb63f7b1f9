package smartproxy.dhcp;

/** What the two generations of the module have in common during a reload: whose turn it is, and what was changed just now. */
final class DhcpState implements AutoCloseable {
    private final ChangeLocks locks = new ChangeLocks();
    private final Overlay overlay = new Overlay(System::nanoTime);

    ChangeLocks locks() {
        return locks;
    }

    Overlay overlay() {
        return overlay;
    }

    @Override
    public void close() {
        // nothing is open
    }
}
