package io.troupe.paxos;

import io.troupe.replication.CatchUpRounds;
import io.troupe.replication.Replica;
import io.troupe.replication.Replica.MemberChange;
import io.troupe.replication.Replica.Refusal;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.pekko.actor.typed.ActorRef;

/**
 * How a leader changes who decides (Paxos Made Simple, §3): the membership is a decree, in force α instances after its own. One
 * at a time is under way. The paper leaves open when a learner may vote; here it does when it has caught up, as in Raft, or a
 * group that counts on it would stand still until then.
 */
final class Reconfiguration {

    private static final class Learner {
        final CatchUpRounds rounds;
        long chosenThrough;

        Learner(CatchUpRounds rounds) {
            this.rounds = rounds;
        }
    }

    private final PaxosServer server;
    private final Proposing proposing;
    private Optional<Membership> proposed = Optional.empty();
    /** From when the membership is in force of which the proposed one was made. */
    private long basedOn;

    private Optional<ActorRef<Replica.Reply>> client = Optional.empty();
    /** With which each node, learners among them, spoke last: any is safe ({@link Rebuilding}), and this one can vote. */
    private final TreeMap<String, Long> tokens = new TreeMap<>();
    /** Those that were heard in this leadership. */
    private final TreeMap<String, Learner> learners = new TreeMap<>();

    Reconfiguration(PaxosServer server, Proposing proposing) {
        this.server = server;
        this.proposing = proposing;
    }

    /** @param knowsWhatIsDecided else an earlier leader's change may yet turn up */
    void begin(Replica.Reconfigure request, boolean knowsWhatIsDecided) {
        Membership latest = server.memberships().latest();
        if (isUnderWay() || !knowsWhatIsDecided) {
            refuse(request, Refusal.CHANGE_UNDER_WAY, "the membership is being changed, or may be");
            return;
        }
        MembershipChange.Result result = MembershipChange.apply(latest, request.changes(), this::token);
        if (result instanceof MembershipChange.Refused refused) {
            refuse(request, refused.refusal(), refused.detail());
            return;
        }
        for (MemberChange change : request.changes()) {
            if (change.kind() == MemberChange.Kind.PROMOTE && !hasCaughtUp(change.node())) {
                refuse(request, Refusal.NOT_CAUGHT_UP, howFar(change.node()));
                return;
            }
        }
        propose(((MembershipChange.Next) result).membership());
        client = Optional.of(request.replyTo());
    }

    private static void refuse(Replica.Reconfigure request, Refusal refusal, String detail) {
        request.replyTo().tell(new Replica.ReconfigureRefused(refusal, detail));
    }

    void onTick() {
        learners.values().forEach(learner -> learner.rounds.onTick());
    }

    /** @param chosenThrough what it knows to be decided */
    void heard(Voter voter, long chosenThrough) {
        String node = voter.node();
        Long before = tokens.put(node, voter.token());
        if (before != null && before != voter.token()) {
            learners.remove(node); // What it had is lost.
        }
        if (server.memberships().latest().learners().contains(node)) {
            Learner learner = learners.computeIfAbsent(node, first -> begin());
            learner.chosenThrough = chosenThrough;
            learner.rounds.onProgress(chosenThrough, server.chosenThrough());
        }
    }

    private Learner begin() {
        return new Learner(new CatchUpRounds(server.settings.electionTicks(), server.chosenThrough()));
    }

    private boolean hasCaughtUp(String node) {
        Learner learner = learners.get(node);
        return learner != null && learner.rounds.areDone();
    }

    private String howFar(String node) {
        Learner learner = learners.get(node);
        return learner == null
                ? node + " has not been heard since " + server.node + " leads, or lags too far to answer"
                : node + " knew what is decided through " + learner.chosenThrough + " of " + server.chosenThrough()
                        + " when it was last heard";
    }

    private long token(String node) {
        return tokens.getOrDefault(node, 0L);
    }

    /**
     * The acceptor has lost what it held under its earlier token; nothing it said under that counts any more. It asks again.
     *
     * @param knowsWhatIsDecided else an earlier leader's change may yet turn up
     */
    void readmit(Voter voter, boolean knowsWhatIsDecided) {
        Long known = server.memberships().latest().acceptors().get(voter.node());
        if (known != null && known != voter.token() && !isUnderWay() && knowsWhatIsDecided) {
            propose(server.memberships().latest().with(voter.node(), voter.token()));
        }
    }

    private boolean isUnderWay() {
        return proposed.isPresent() || !isInForce();
    }

    /** For every instance that is not decided yet. */
    private boolean isInForce() {
        return server.memberships().isInForce(server.chosenThrough() + 1);
    }

    /** Another was decided first: the proposed one would undo it. */
    boolean isOvertaken() {
        return proposed.isPresent()
                && server.memberships().latestFrom() != basedOn
                && !proposed.get().equals(server.memberships().latest());
    }

    private void propose(Membership next) {
        proposed = Optional.of(next);
        basedOn = server.memberships().latestFrom();
        proposing.add(new Decree.Reconfigure(next));
    }

    void onDecided() {
        Membership latest = server.memberships().latest();
        learners.keySet().retainAll(latest.learners());
        if (proposed.isPresent() && proposed.get().equals(latest) && isInForce()) {
            proposed = Optional.empty();
            client.ifPresent(replyTo -> replyTo.tell(new Replica.Reconfigured(latest.asMembers())));
            client = Optional.empty();
        }
    }

    void abandon(String detail) {
        client.ifPresent(replyTo ->
                replyTo.tell(new Replica.Rejected(Replica.NO_SESSION, 0, Replica.Reason.OUTCOME_UNKNOWN, detail)));
    }
}
