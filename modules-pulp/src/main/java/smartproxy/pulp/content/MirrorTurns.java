package smartproxy.pulp.content;

import smartproxy.core.api.KeyedSerializer;

/** Whose turn it is to mirror, by Pulp. Outlives a reload, so that the mirrors of two generations do not work at once. */
final class MirrorTurns implements AutoCloseable {
    final KeyedSerializer<String> byPulp = new KeyedSerializer<>();

    @Override
    public void close() {
        // nothing is held
    }
}
