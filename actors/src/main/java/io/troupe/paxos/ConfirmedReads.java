package io.troupe.paxos;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.LongConsumer;

/**
 * Linearizable reads at the leader: what is decided when a round begins is read when a quorum has confirmed the round, for
 * then nobody else was master at that moment. One round is under way for all reads that came before it.
 */
final class ConfirmedReads {

    /**
     * @param serve told the instance to read at
     * @param refuse told why not
     */
    record Read(LongConsumer serve, Consumer<String> refuse) {}

    private final PaxosServer server;
    private final MasterLease rounds;
    private List<Read> collecting = new ArrayList<>();
    private List<Read> confirming = new ArrayList<>();
    private long round;
    private long index;

    ConfirmedReads(PaxosServer server, MasterLease rounds) {
        this.server = server;
        this.rounds = rounds;
    }

    boolean isFull() {
        return collecting.size() + confirming.size() + server.readsAtApplier() >= server.settings.maxPendingReads();
    }

    void add(Read read) {
        collecting.add(read);
    }

    /**
     * @param knowsWhatIsDecided else there is no instance to read at yet
     * @return whether a round is to begin now
     */
    boolean begin(BooleanSupplier knowsWhatIsDecided) {
        if (!confirming.isEmpty() || collecting.isEmpty() || !knowsWhatIsDecided.getAsBoolean()) {
            return false;
        }
        confirming = collecting;
        collecting = new ArrayList<>();
        round = rounds.round() + 1;
        index = server.chosenThrough();
        return true;
    }

    void onConfirmed() {
        if (rounds.confirmed() >= round) {
            List<Read> confirmed = confirming;
            confirming = new ArrayList<>();
            confirmed.forEach(read -> read.serve().accept(index));
        }
    }

    void rejectAll(String detail) {
        List<Read> all = new ArrayList<>(confirming);
        all.addAll(collecting);
        confirming = new ArrayList<>();
        collecting = new ArrayList<>();
        all.forEach(read -> read.refuse().accept(detail));
    }
}
