package smartproxy.tftp.server;

/**
 * How much is served at once at one listening address.
 *
 * @param sessions transfers of all clients
 * @param perAddress transfers of one client address
 * @param requestsPerSecond requests of one client address, on average; twice as many come through in a burst
 */
record Bounds(int sessions, int perAddress, int requestsPerSecond) {}
