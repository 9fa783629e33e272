package io.troupe.chain;

import io.troupe.chain.ChainMessage.Clients;
import io.troupe.replication.Answers;
import io.troupe.replication.Applier;
import io.troupe.replication.Replica;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.pekko.actor.typed.ActorRef;

/**
 * Sent of one server (§3.1): updates that the tail may not have processed. The updates themselves are in the history, above
 * what is stable; here is who waits for them, in memory only: a client whose server forgot it asks again.
 */
final class Sent {

    private record Destination(ActorRef<Answers.Batch> via, ActorRef<Replica.Reply> client) {}

    private final TreeMap<Long, Applier.Waiting> waiting = new TreeMap<>();

    void add(Applier.Waiting client) {
        waiting.put(client.index(), client);
    }

    /** Those of a Forward, above {@code index}. */
    void addAbove(long index, List<Clients> clients) {
        for (Clients each : clients) {
            for (Clients.Waiting one : each.indexes()) {
                if (one.index() > index) {
                    add(new Applier.Waiting(
                            one.index(), one.session(), one.serial(), 0, each.client(), Optional.of(each.via())));
                }
            }
        }
    }

    List<Clients> clientsOf(Updates updates) {
        Map<Destination, List<Clients.Waiting>> byClient = new LinkedHashMap<>();
        for (Applier.Waiting each :
                waiting.subMap(updates.first(), true, updates.last(), true).values()) {
            byClient.computeIfAbsent(
                            new Destination(each.via().orElseThrow(), each.replyTo()), first -> new ArrayList<>())
                    .add(new Clients.Waiting(each.index(), each.session(), each.serial()));
        }
        List<Clients> clients = new ArrayList<>();
        byClient.forEach((to, indexes) -> clients.add(new Clients(to.via(), to.client(), indexes)));
        return clients;
    }

    /** They are stable: whoever answers has them now. */
    List<Applier.Waiting> takeThrough(long index) {
        var head = waiting.headMap(index, true);
        List<Applier.Waiting> taken = new ArrayList<>(head.values());
        head.clear();
        return taken;
    }

    void dropAbove(long index) {
        waiting.tailMap(index, false).clear();
    }
}
