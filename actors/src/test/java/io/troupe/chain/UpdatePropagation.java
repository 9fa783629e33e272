package io.troupe.chain;

import java.util.TreeMap;

/**
 * The Update Propagation Invariant (§3): of two servers that act in one epoch, the history of the one nearer the tail is a
 * prefix of the other's. And what is stable at any server is so for ever: no two servers have different updates there.
 */
final class UpdatePropagation implements Witness {

    private final TreeMap<Long, Update> stable = new TreeMap<>();
    private final TreeMap<String, Long> seen = new TreeMap<>();
    private final TreeMap<String, ChainServer> active = new TreeMap<>();
    private long epochs;

    long updates() {
        return stable.isEmpty() ? 0 : stable.lastKey();
    }

    long epochs() {
        return epochs;
    }

    @Override
    public void afterStep(ChainServer server) {
        epochs = Math.max(epochs, server.epoch());
        requireStable(server);
        active.put(server.node, server);
        if (server.isActive() && server.configuration().hasMember(server.node)) {
            server.settings
                    .arrangement()
                    .predecessor(server.configuration(), server.node)
                    .map(active::get)
                    .filter(before -> before.isActive() && before.epoch() == server.epoch())
                    .ifPresent(before -> requirePrefix(server, before));
        }
    }

    private void requireStable(ChainServer server) {
        Long known = seen.get(server.node);
        long from = known == null || known > server.stable()
                ? server.history().base().index()
                : known;
        for (long i = Math.max(from, server.history().base().index()) + 1; i <= server.stable(); i++) {
            Update update = server.history().slice(i, i).updates().get(0);
            Update other = stable.putIfAbsent(i, update);
            if (other != null && !other.equals(update)) {
                throw new AssertionError(
                        server.node + " takes " + update + " for stable at " + i + "; another server " + other);
            }
        }
        seen.put(server.node, server.stable());
    }

    private static void requirePrefix(ChainServer server, ChainServer before) {
        if (server.history().lastIndex() > before.history().lastIndex()) {
            throw new AssertionError(
                    server.node + " has updates to " + server.history().lastIndex() + " in epoch "
                            + server.epoch() + ", its predecessor " + before.node + " only to "
                            + before.history().lastIndex());
        }
        long last = server.history().lastIndex();
        if (last
                        > Math.max(
                                server.history().base().index(),
                                before.history().base().index())
                && !server.history().positionAt(last).equals(before.history().positionAt(last))) {
            throw new AssertionError(server.node + " has " + server.history().positionAt(last) + " in epoch "
                    + server.epoch() + ", its predecessor " + before.node + " "
                    + before.history().positionAt(last));
        }
    }
}
