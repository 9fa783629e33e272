package io.troupe.replication;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.apache.pekko.actor.typed.ActorRef;

/**
 * Reads at a follower (Ongaro's thesis, §6.4): one question to the leader is under way for all reads that came before it; what
 * comes meanwhile goes with the next, and so does what is in the mailbox then. The answer is an index, and the reads are served
 * here when it is applied.
 */
public final class ForwardedReads {

    /** Sent to itself when reads wait: what is in the mailbox until then goes along. */
    public enum Gathered implements Replica.Message {
        GATHERED
    }

    /** The server at which the reads are. */
    public interface Server {

        /**
         * Asks the leader from which index on the state answers these reads.
         *
         * @return the id of the question, never that of an earlier one; empty when there is no leader to ask
         */
        OptionalLong askLeader(List<Replica.Query> queries);

        /** Answers these reads when {@code index} is applied here. */
        void answerAt(long index, List<Replica.Query> queries);

        /** How many reads wait for an index to be applied here. */
        int waitingForIndex();

        /** Why nobody can be asked. */
        String noLeader();
    }

    private final Server server;
    private final Gathering gathering;
    private final int pendingMax;
    private final int silentTicksMax;
    private List<Replica.Query> collecting = new ArrayList<>();
    private List<Replica.Query> asked = new ArrayList<>();
    private long id;
    private int ticksSilent;

    /**
     * @param self gets {@link Gathered}, upon which it is to {@link #ask}
     * @param pendingMax reads that may wait, those for an index among them; more are told that it is overloaded
     * @param silentTicksMax for how long an answer is waited for: whoever is silent longer does not answer any more
     */
    public ForwardedReads(Server server, ActorRef<Replica.Message> self, int pendingMax, int silentTicksMax) {
        this.server = server;
        this.gathering = new Gathering(self, Gathered.GATHERED);
        this.pendingMax = pendingMax;
        this.silentTicksMax = silentTicksMax;
    }

    public void add(Replica.Query query) {
        if (collecting.size() + asked.size() + server.waitingForIndex() >= pendingMax) {
            Rejections.rejectRead(query, pendingMax);
            return;
        }
        collecting.add(query);
        gather();
    }

    private void gather() {
        if (asked.isEmpty() && !collecting.isEmpty()) {
            gathering.add();
        }
    }

    /** Asks the leader for all that wait, unless an answer is awaited. */
    public void ask() {
        if (!gathering.isOver() || !asked.isEmpty() || collecting.isEmpty()) {
            return;
        }
        OptionalLong question = server.askLeader(collecting);
        if (question.isEmpty()) {
            rejectAll(server.noLeader());
            return;
        }
        id = question.getAsLong();
        asked = collecting;
        collecting = new ArrayList<>();
        ticksSilent = 0;
    }

    /** @param index empty when who was asked does not lead */
    public void onAnswer(long question, OptionalLong index) {
        if (asked.isEmpty() || question != id) {
            return; // Another's, or to one that was given up.
        }
        List<Replica.Query> queries = asked;
        asked = new ArrayList<>();
        if (index.isPresent()) {
            server.answerAt(index.getAsLong(), queries);
        } else {
            queries.forEach(query -> Rejections.reject(query, Replica.Reason.NO_LEADER, "the leader has changed"));
        }
        gather();
    }

    public void onTick() {
        if (!asked.isEmpty() && ++ticksSilent > silentTicksMax) {
            rejectAll("the leader did not confirm a read within an election timeout");
        }
    }

    public void rejectAll(String detail) {
        List<Replica.Query> all = asked;
        all.addAll(collecting);
        asked = new ArrayList<>();
        collecting = new ArrayList<>();
        all.forEach(query -> Rejections.reject(query, Replica.Reason.NO_LEADER, detail));
    }
}
