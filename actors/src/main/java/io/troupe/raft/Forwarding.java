package io.troupe.raft;

import io.troupe.raft.RaftMessage.ForwardedProposals;
import io.troupe.raft.RaftMessage.ForwardedProposals.Proposal;
import io.troupe.replication.Gathering;
import io.troupe.replication.Replica;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.pekko.actor.typed.ActorRef;

/**
 * Proposals on their way from a replica that does not lead to the one that does: what is in the mailbox goes along in one
 * message, because a message between nodes costs many times what it carries.
 */
final class Forwarding {

    /** Sent to itself when there is something to forward: what is in the mailbox until then goes along. */
    enum Send implements Replica.Message {
        SEND
    }

    private static final int PROPOSAL_OVERHEAD_BYTES = 32;

    private final ActorRef<Replica.Message> self;
    private final Gathering gathering;
    private final long messageBytesMax;
    private List<Replica.Propose> waiting = new ArrayList<>();
    private long bytes;

    Forwarding(ActorRef<Replica.Message> self, RaftSettings settings) {
        this.self = self;
        this.gathering = new Gathering(self, Send.SEND);
        this.messageBytesMax = settings.maxMessageBytes();
    }

    void add(Replica.Propose propose) {
        waiting.add(propose);
        bytes += sizeBytes(propose);
        gathering.add();
    }

    /** One message is full: what waits should be sent before more is added. */
    boolean isFull() {
        return bytes >= messageBytesMax;
    }

    /** Everything that waits; its sender decides what becomes of it. */
    List<Replica.Propose> take() {
        List<Replica.Propose> taken = waiting;
        waiting = new ArrayList<>();
        bytes = 0;
        return taken;
    }

    /** {@link Send} has come: whether what waits is to go. */
    boolean isDue() {
        return gathering.isOver();
    }

    private static long sizeBytes(Replica.Propose propose) {
        return PROPOSAL_OVERHEAD_BYTES + propose.command().length();
    }

    /** {@code proposes} as messages of this term: one for each that waits for answers, or more where one would be too large. */
    List<ForwardedProposals> messages(long term, List<Replica.Propose> proposes) {
        List<ForwardedProposals> messages = new ArrayList<>();
        Map<ActorRef<Replica.Reply>, List<Proposal>> byClient = new LinkedHashMap<>();
        long size = 0;
        for (Replica.Propose propose : proposes) {
            if (size > 0 && size + sizeBytes(propose) > messageBytesMax) {
                byClient.forEach(
                        (client, all) -> messages.add(new ForwardedProposals(term, self.narrow(), client, all)));
                byClient.clear();
                size = 0;
            }
            size += sizeBytes(propose);
            byClient.computeIfAbsent(propose.replyTo(), first -> new ArrayList<>())
                    .add(new Proposal(
                            propose.session(), propose.serial(), propose.acknowledgedBelow(), propose.command()));
        }
        byClient.forEach((client, all) -> messages.add(new ForwardedProposals(term, self.narrow(), client, all)));
        return messages;
    }
}
