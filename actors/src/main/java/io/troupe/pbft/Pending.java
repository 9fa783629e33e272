package io.troupe.pbft;

import io.troupe.pbft.PbftMessage.OrderedRead;
import io.troupe.pbft.PbftMessage.ReadOnly;
import io.troupe.pbft.PbftMessage.ReadReply;
import io.troupe.pbft.PbftMessage.Reply;
import io.troupe.pbft.PbftMessage.Request;
import io.troupe.pbft.PbftMessage.TentativeReply;
import io.troupe.replication.voting.Tally;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.pekko.util.ByteString;

/** A request of this node that is under way, and what replicas have answered. */
final class Pending {

    /** What a replica answered to a read that is not ordered, told apart by what must be the same. */
    record Answer(long index, Digest digest) {}

    /** The whole of what a replica answered. */
    private record Whole(Digest digest, ByteString results) {}

    final Lane lane;
    final List<Lane.Wanted> wanted;
    private PbftMessage message;
    /** To a read that is not ordered. */
    private final Tally<Answer> answers;

    private final ReplyVotes replies;
    /** In which view each replica says it is. */
    private final TreeMap<String, Long> views = new TreeMap<>();

    private final TreeMap<String, Whole> whole = new TreeMap<>();
    final long givenUpTick;
    private long sendAgainTick;

    /**
     * @param answers to it as a read
     * @param replies to it when it is ordered
     */
    Pending(
            Lane lane,
            List<Lane.Wanted> wanted,
            PbftMessage message,
            Tally<Answer> answers,
            ReplyVotes replies,
            long givenUpTick) {
        this.lane = lane;
        this.wanted = wanted;
        this.answers = answers;
        this.replies = replies;
        this.message = message;
        this.givenUpTick = givenUpTick;
    }

    /** What was said, or is to be said again. */
    PbftMessage message() {
        return message;
    }

    boolean isReadOnly() {
        return message instanceof ReadOnly;
    }

    boolean isToBeSentAgain(long tick) {
        return tick >= sendAgainTick;
    }

    void sendAgainAt(long tick) {
        sendAgainTick = tick;
    }

    /** @return whether enough have replied alike */
    boolean hear(String from, Reply reply) {
        note(from, reply.view(), reply.digest(), reply.results());
        return replies.say(from, reply.digest());
    }

    /** @return whether enough have replied alike */
    boolean hear(String from, TentativeReply tentative) {
        Reply reply = tentative.reply();
        note(from, reply.view(), reply.digest(), reply.results());
        return replies.sayTentatively(from, reply.view(), reply.digest());
    }

    /** @return whether enough have answered alike */
    boolean hear(String from, ReadReply reply) {
        note(from, reply.view(), reply.digest(), reply.results());
        if (reply.index() == ReadReply.REFUSED) {
            answers.abstain(from);
            return false;
        }
        return answers.say(from, new Answer(reply.index(), reply.digest()));
    }

    private void note(String from, long view, Digest digest, Optional<ByteString> results) {
        results.filter(all -> Digest.of(all).equals(digest)).ifPresent(all -> whole.put(from, new Whole(digest, all)));
        views.put(from, view);
    }

    /** What was answered so, when somebody has sent the whole of it. */
    Optional<ByteString> results(Digest digest) {
        return whole.values().stream()
                .filter(one -> one.digest().equals(digest))
                .findFirst()
                .map(Whole::results);
    }

    /** Whether it is a read, and replicas have answered it from too many states. */
    boolean isReadInVain() {
        return isReadOnly() && !answers.isOpen();
    }

    /** A read is ordered like a command from now on. */
    void orderInstead() {
        if (message instanceof ReadOnly read) {
            message = new Request(
                    read.id(),
                    read.queries().stream()
                            .<PbftMessage.Command>map(OrderedRead::new)
                            .toList());
        }
    }

    /** The latest view that a correct replica is in: {@code faults} may have made theirs up. */
    Optional<Long> view(int faults) {
        return views.values().stream()
                .sorted(Comparator.reverseOrder())
                .skip(faults)
                .findFirst();
    }
}
