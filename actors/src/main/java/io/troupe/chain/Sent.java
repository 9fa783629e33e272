package io.troupe.chain;

import io.troupe.chain.ChainMessage.Clients;
import io.troupe.replication.Answers;
import io.troupe.replication.Applier;
import io.troupe.replication.Replica;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.apache.pekko.actor.typed.ActorRef;

/**
 * Sent of one server (§3): updates that the tail may not have processed. The updates themselves are in the history, above
 * what is stable; here is who waits for them, in memory only: a client whose server forgot it asks again. One client's updates
 * that follow each other are one entry.
 */
final class Sent {

    private final ActorRef<Answers.Batch> here;
    private final Deque<Clients> waiting = new ArrayDeque<>();

    /** @param here answers through it are for clients of this node */
    Sent(ActorRef<Answers.Batch> here) {
        this.here = here;
    }

    /** @param index above all before */
    void add(long index, ActorRef<Answers.Batch> via, ActorRef<Replica.Reply> client) {
        Clients last = waiting.peekLast();
        boolean follows = last != null
                && last.last() + 1 == index
                && last.client().equals(client)
                && last.via().equals(via);
        waiting.add(new Clients(via, client, follows ? waiting.removeLast().first() : index, index));
    }

    /** Those of a Forward, above {@code index}; what is here is not. */
    void addAbove(long index, List<Clients> clients) {
        clients.forEach(each -> each.within(index + 1, Long.MAX_VALUE).ifPresent(waiting::add));
    }

    /** Who waits for some of the updates. */
    List<Clients> clientsOf(Updates updates) {
        List<Clients> clients = new ArrayList<>();
        for (Clients each : waiting) {
            if (each.first() > updates.last()) {
                break;
            }
            each.within(updates.first(), updates.last()).ifPresent(clients::add);
        }
        return clients;
    }

    /** Those of them whose clients are of other nodes. */
    List<Clients> elsewhere(Updates updates) {
        List<Clients> clients = clientsOf(updates);
        clients.removeIf(this::isHere);
        return clients;
    }

    private boolean isHere(Clients clients) {
        return clients.via().equals(here);
    }

    /** Who waits for each of the updates. */
    List<Applier.Waiting> waitingFor(Updates updates) {
        return waiting(clientsOf(updates), updates);
    }

    /** Those of them who are of this node. */
    List<Applier.Waiting> waitingHereFor(Updates updates) {
        List<Clients> clients = clientsOf(updates);
        clients.removeIf(each -> !isHere(each));
        return waiting(clients, updates);
    }

    private List<Applier.Waiting> waiting(List<Clients> clients, Updates updates) {
        List<Applier.Waiting> taken = new ArrayList<>();
        for (Clients each : clients) {
            Optional<ActorRef<Answers.Batch>> via = isHere(each) ? Optional.empty() : Optional.of(each.via());
            for (long i = each.first(); i <= each.last(); i++) {
                taken.add(waiting(i, updates.at(i).request(), each.client(), via));
            }
        }
        return taken;
    }

    private static Applier.Waiting waiting(
            long index, Update.Request request, ActorRef<Replica.Reply> client, Optional<ActorRef<Answers.Batch>> via) {
        long session = request instanceof Update.Command of ? of.session() : Replica.NO_SESSION;
        long serial = request instanceof Update.Command of ? of.serial() : 0;
        return new Applier.Waiting(index, session, serial, 0, client, via);
    }

    /** They are stable: whoever answers has them now. */
    void dropThrough(long index) {
        while (!waiting.isEmpty() && waiting.getFirst().first() <= index) {
            waiting.remove().within(index + 1, Long.MAX_VALUE).ifPresent(waiting::addFirst);
        }
    }

    void dropAbove(long index) {
        while (!waiting.isEmpty() && waiting.getLast().last() > index) {
            waiting.removeLast().within(0, index).ifPresent(waiting::addLast);
        }
    }
}
