package io.troupe.chain;

import java.util.TreeMap;

/**
 * The Inprocess Requests Invariant (§3): of two servers that act in one epoch, the one nearer the head has what the other has,
 * and in Sent what the other may lack: Hist_i = Hist_j ⊕ Sent_i. Sent of a server here is what it has beyond what it takes for
 * stable: so what is stable at one is on the disk of every other, and what another lacks it can still send, as updates or as
 * a snapshot. Of a server that crashed it is what its disk gave back that counts.
 */
final class InprocessRequests implements Witness {

    private final TreeMap<String, ChainServer> servers = new TreeMap<>();

    @Override
    public void afterStep(ChainServer server) {
        servers.put(server.node, server);
        for (ChainServer other : servers.values()) {
            if (areInOneEpoch(server, other)) {
                requireThere(server, other);
                requireThere(other, server);
            }
            if (actInOneEpoch(server, other)) {
                requireStillSent(server, other);
                requireStillSent(other, server);
            }
        }
    }

    /** By what is on their disks, whether or not they act in it: one may have come back from a crash, or be on its way on. */
    private static boolean areInOneEpoch(ChainServer one, ChainServer other) {
        return one != other && one.epoch() == other.epoch() && isMemberStill(one) && isMemberStill(other);
    }

    /** Else it may have dropped what it had, to be brought up anew. */
    private static boolean isMemberStill(ChainServer server) {
        return server.epochs.entered().isMember() && server.epochs.latest().isMember();
    }

    private static boolean actInOneEpoch(ChainServer one, ChainServer other) {
        return areInOneEpoch(one, other) && one.isActive() && other.isActive();
    }

    private static void requireThere(ChainServer knows, ChainServer has) {
        if (knows.stable() > has.durable()) {
            throw new AssertionError(knows.node + " has updates to " + knows.stable() + " in Sent no more in epoch "
                    + knows.epoch() + ", and " + has.node + " has only those to " + has.durable() + " on disk");
        }
    }

    private static void requireStillSent(ChainServer server, ChainServer successor) {
        long base = server.history().base().index();
        if (base > successor.history().lastIndex()
                && server.compaction.snapshot().index() < base
                && sendsTo(server, successor)) {
            throw new AssertionError(successor.node + " has updates to "
                    + successor.history().lastIndex() + " in epoch " + server.epoch() + ", and its predecessor "
                    + server.node + " none before " + base + ", nor a snapshot of them");
        }
    }

    private static boolean sendsTo(ChainServer server, ChainServer successor) {
        return server.settings
                .arrangement()
                .successors(server.configuration(), server.node)
                .contains(successor.node);
    }
}
