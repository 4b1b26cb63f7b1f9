package smartproxy.core.api;

/** Tells the state of something an administrator would ask for. Called on each health request: cheap, no I/O. */
@FunctionalInterface
public interface HealthSource {
    Health health();

    /**
     * @param ok whether it works
     * @param detail one line for a person
     */
    record Health(boolean ok, String detail) {}
}
