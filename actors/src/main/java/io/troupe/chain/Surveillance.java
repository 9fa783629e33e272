package io.troupe.chain;

import io.troupe.replication.Replica;
import java.util.List;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import org.apache.pekko.actor.typed.ActorRef;

/**
 * What the servers tell the master (§3): that another is silent, that this one wants to join, or has come back, that one
 * that joins has been brought up. Nothing that is safe rests on it: who is taken for failed and lives is only left out.
 */
final class Surveillance {

    /** For servers not heard in this life yet: they may be starting. */
    private static final int FIRST_PATIENCE = 5;
    /** Nothing goes on before a server that came back is in an epoch again. */
    private static final int RENEWALS_IN_PATIENCE = 4;

    private final ChainServer server;
    private final RandomGenerator random;
    private final ActorRef<Replica.Message> master;
    private final ActorRef<Replica.Reply> nobody;
    private final TreeMap<String, Integer> silentTicks = new TreeMap<>();
    private long epoch;
    private int ticksToAsk;
    private boolean leaving;

    /** @param master this node's replica of the master's group */
    Surveillance(ChainServer server, RandomGenerator random, ActorRef<Replica.Message> master) {
        this.server = server;
        this.random = random;
        this.master = master;
        this.nobody = server.context.getSystem().ignoreRef();
    }

    void heard(String node) {
        silentTicks.put(node, 0);
    }

    /** The node stops: it goes of itself, and does not join again. */
    void leave() {
        leaving = true;
    }

    void onTick() {
        Configuration now = server.configuration();
        if (now.epoch() != epoch) {
            epoch = now.epoch();
            ticksToAsk = 0;
        }
        int patience = server.settings.failureTicks();
        List<String> others = server.others();
        silentTicks.keySet().retainAll(others); // Who comes back is not judged by its silence of before.
        others.forEach(
                name -> silentTicks.merge(name, 1 - (FIRST_PATIENCE - 1) * patience, (ticks, first) -> ticks + 1));
        if (ticksToAsk > 0) {
            ticksToAsk--;
            return;
        }
        if (server.epochs.isLapsed() && !leaving) {
            ask(MasterCommand.Kind.RENEW, server.node, Math.max(1, patience / RENEWALS_IN_PATIENCE));
        } else if (now.hasMember(server.node)) {
            watch(now, patience);
        } else if (server.belongsToGroup() && !now.withJoining(server.node).equals(now) && !leaving) {
            ask(MasterCommand.Kind.JOIN, server.node);
        }
    }

    private void watch(Configuration now, int patience) {
        if (leaving || server.epochs.hasLost()) {
            ask(MasterCommand.Kind.REMOVE, server.node);
            return;
        }
        for (String other : server.others()) {
            if (silentTicks.getOrDefault(other, 0) > patience) {
                ask(MasterCommand.Kind.REMOVE, other);
                return;
            }
        }
        now.joining()
                .filter(now::mayForm)
                .filter(server.downstream::hasBroughtUp)
                .ifPresent(joining -> ask(MasterCommand.Kind.EXTEND, joining));
    }

    /** Again, when nothing comes of it: the master's group may be without a leader. */
    private void ask(MasterCommand.Kind kind, String about) {
        ask(kind, about, server.settings.failureTicks());
    }

    private void ask(MasterCommand.Kind kind, String about, int patience) {
        ticksToAsk = patience + random.nextInt(patience);
        MasterCommand command = MasterCommand.in(server.configuration(), kind, about);
        if (server.belongsToGroup()) {
            master.tell(command.proposal(nobody));
        } else { // Its replica of the master may have been left out, or reach nobody.
            var petition = new ChainMessage.Petition(command.toBytes());
            server.peers.all().forEach(name -> server.peers.tell(name, petition));
        }
    }

    void onPetition(ChainMessage.Petition petition) {
        master.tell(MasterCommand.proposal(petition.command(), nobody));
    }
}
