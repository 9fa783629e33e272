package io.troupe.etcd.members;

import io.etcd.jetcd.api.Member;
import io.etcd.jetcd.api.MemberPromoteRequest;
import io.etcd.jetcd.api.MemberRemoveRequest;
import io.etcd.jetcd.api.MemberUpdateRequest;
import io.troupe.etcd.EtcdError;
import io.troupe.etcd.SessionCalls;
import io.troupe.etcd.mvcc.MemberCommands;
import io.troupe.etcd.mvcc.Queries;
import io.troupe.etcd.mvcc.Result;
import io.troupe.replication.ReadConsistency;
import io.troupe.replication.Replica;
import io.troupe.replication.Replica.MemberChange;
import io.troupe.replication.SessionClient;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * Changes who belongs to the cluster. On every node it carries out what clients ask for; on the one that leads it also
 * brings the roster and the consensus group in line, again and again, one {@link Alignment} step at a time.
 *
 * <p>Transitions, of the alignment: idle → looking, at each tick, and when it is told to, while the node leads; looking → stepping, when something
 * is out of line; stepping → looking; any → idle, when nothing is, or a step was refused or took too long.
 */
public final class Registrar extends AbstractBehavior<Registrar.Command> {

    public sealed interface Command
            permits Ask, RoleIs, Align, Looked, WrappedListing, WrappedOutcome, StepEnded, GroupChanged, GroupAgain {}

    /** What a client asks for; answered by a result whose body is a {@code MemberListResponse}. */
    public sealed interface Ask extends Command permits Add, Remove, Update, Promote {
        ActorRef<Result> replyTo();
    }

    /** @param member with a fresh number */
    public record Add(Member member, ActorRef<Result> replyTo) implements Ask {}

    /** Answered when the group does without the member. */
    public record Remove(long id, ActorRef<Result> replyTo) implements Ask {}

    public record Update(MemberUpdateRequest request, ActorRef<Result> replyTo) implements Ask {}

    /** Answered when the learner votes. */
    public record Promote(long id, ActorRef<Result> replyTo) implements Ask {}

    /** The replica's part in the group. */
    public record RoleIs(Replica.Role role) implements Command {}

    /**
     * What a registrar works with.
     *
     * @param clusterId the number of a cluster that has none yet
     * @param peerUrls where a founder is reached, as far as it is known without hearing it
     * @param strict whether what endangers the quorum is refused
     * @param hosts what peer URLs are compared by where their texts differ; does not block
     * @param onGone told by who leads, again and again, which nodes are to be members no more
     */
    public record Wiring(
            long clusterId,
            boolean strict,
            Function<String, List<String>> peerUrls,
            UnaryOperator<String> hosts,
            Consumer<Predicate<String>> onGone,
            RosterView view,
            ActorRef<Members.Command> members,
            ActorRef<SessionClient.Command> session,
            ActorRef<Replica.Request> replica) {}

    /** Look now, and not only at the next tick, whether something is out of line. */
    public enum Align implements Command {
        ALIGN
    }

    private record Looked(List<Alignment.Heard> heard, Consumer<List<Alignment.Heard>> then) implements Command {}

    private record WrappedListing(Optional<Replica.MembersListed> listed, List<Alignment.Heard> heard)
            implements Command {}

    private record WrappedOutcome(SessionClient.Outcome outcome) implements Command {}

    private record StepEnded(boolean done) implements Command {}

    /** What came of a change of the group; empty when nothing was heard in time. */
    private record GroupChanged(
            MemberChange change, Optional<Replica.Reply> reply, int attemptsLeft, Consumer<Optional<EtcdError>> then)
            implements Command {}

    private record GroupAgain(MemberChange change, int attemptsLeft, Consumer<Optional<EtcdError>> then)
            implements Command {}

    private static final Duration TICK = Duration.ofMillis(500);
    private static final Duration ANSWER = Duration.ofSeconds(2);
    private static final Duration COMMAND_DEADLINE = Duration.ofSeconds(5);
    private static final Duration AGAIN_AFTER = Duration.ofMillis(100);
    private static final int ATTEMPTS = 40;

    private final TimerScheduler<Command> timers;
    private final Wiring wiring;
    private final SessionCalls calls;
    private boolean leads;
    private boolean aligning;
    private long attempts;

    public static Behavior<Command> create(Wiring wiring) {
        return Behaviors.setup(context -> Behaviors.withTimers(timers -> new Registrar(context, timers, wiring)));
    }

    private Registrar(ActorContext<Command> context, TimerScheduler<Command> timers, Wiring wiring) {
        super(context);
        this.timers = timers;
        this.wiring = wiring;
        this.calls = new SessionCalls(context.messageAdapter(SessionClient.Outcome.class, WrappedOutcome::new));
        timers.startTimerWithFixedDelay(Align.ALIGN, Align.ALIGN, TICK);
    }

    @Override
    public Receive<Command> createReceive() {
        return newReceiveBuilder()
                .onMessage(Ask.class, this::onAsk)
                .onMessage(RoleIs.class, this::onRole)
                .onMessageEquals(Align.ALIGN, this::align)
                .onMessage(Looked.class, this::onLooked)
                .onMessage(WrappedListing.class, this::onListing)
                .onMessage(WrappedOutcome.class, this::onOutcome)
                .onMessage(StepEnded.class, this::onStepEnded)
                .onMessage(GroupChanged.class, this::onGroupChanged)
                .onMessage(GroupAgain.class, this::onGroupAgain)
                .build();
    }

    // -- what clients ask for

    /** What is asked for is judged by the roster of now, whichever node is asked. */
    private Behavior<Command> onAsk(Ask ask) {
        afterAllBefore(failure -> {
            if (failure.isPresent()) {
                refuseUnjudged(ask, failure.get());
            } else if (ask instanceof Add add) {
                add(add);
            } else if (ask instanceof Remove remove) {
                remove(remove);
            } else if (ask instanceof Update update) {
                apply(MemberCommands.update(update.request()), update.replyTo()::tell);
            } else {
                promote((Promote) ask);
            }
        });
        return this;
    }

    /**
     * In etcd a member is added where all are in contact, removed where enough are without it, and promoted by who leads. For
     * anything else an etcd waits as long as its client does.
     */
    private void refuseUnjudged(Ask ask, EtcdError failure) {
        if (ask instanceof Add) {
            refuse(EtcdError.UNHEALTHY, ask);
        } else if (ask instanceof Promote) {
            refuse(failure, ask);
        } else {
            Optional<Member> removed = ask instanceof Remove remove ? roster().member(remove.id()) : Optional.empty();
            look(heard -> refuse(
                    removed.filter(member -> mayNotGo(member, heard)).isPresent()
                            ? EtcdError.UNHEALTHY
                            : EtcdError.TIMEOUT,
                    ask));
        }
    }

    private void add(Add add) {
        if (isRefused(RosterChanges.add(roster(), add.member(), wiring.strict()), add)) {
            return;
        }
        look(heard -> {
            if (wiring.strict()
                    && activeVoters(heard) < RosterChanges.voters(roster()).size()) {
                refuse(EtcdError.UNHEALTHY, add);
            } else {
                apply(MemberCommands.add(add.member(), wiring.strict()), add.replyTo()::tell);
            }
        });
    }

    private void remove(Remove remove) {
        if (isRefused(RosterChanges.remove(roster(), remove.id(), wiring.strict()), remove)) {
            return;
        }
        Member member = roster().member(remove.id()).orElseThrow();
        look(heard -> {
            if (mayNotGo(member, heard)) {
                refuse(EtcdError.UNHEALTHY, remove);
                return;
            }
            var request = MemberRemoveRequest.newBuilder().setID(remove.id()).build();
            apply(MemberCommands.remove(request, wiring.strict()), result -> {
                if (result instanceof Result.Refused || member.getName().isEmpty()) {
                    remove.replyTo().tell(result);
                } else {
                    change(MemberChange.remove(member.getName()), error -> remove.replyTo()
                            .tell(error.<Result>map(Result.Refused::new).orElse(result)));
                }
            });
        });
    }

    private void promote(Promote promote) {
        if (isRefused(RosterChanges.promote(roster(), promote.id()), promote)) {
            return;
        }
        String node = roster().member(promote.id()).orElseThrow().getName();
        if (node.isEmpty()) {
            refuse(EtcdError.LEARNER_NOT_READY, promote);
            return;
        }
        change(MemberChange.promote(node), error -> {
            if (error.isPresent()) {
                refuse(error.get(), promote);
            } else {
                var request =
                        MemberPromoteRequest.newBuilder().setID(promote.id()).build();
                apply(MemberCommands.promote(request), promote.replyTo()::tell);
            }
        });
    }

    private Roster roster() {
        return wiring.view().roster();
    }

    private static boolean isRefused(RosterChanges.Outcome outcome, Ask ask) {
        if (outcome instanceof RosterChanges.Refused refused) {
            refuse(refused.error(), ask);
            return true;
        }
        return false;
    }

    private static void refuse(EtcdError error, Ask ask) {
        ask.replyTo().tell(new Result.Refused(error));
    }

    private long activeVoters(List<Alignment.Heard> heard) {
        var up = new TreeSet<String>();
        heard.forEach(node -> up.add(node.node()));
        return RosterChanges.voters(roster()).stream()
                .filter(voter -> up.contains(voter.getName()))
                .count();
    }

    /** A voter whom the quorum needs; one that is down anyway may go. */
    private boolean mayNotGo(Member member, List<Alignment.Heard> heard) {
        boolean up = heard.stream().anyMatch(node -> node.node().equals(member.getName()));
        int voters = RosterChanges.voters(roster()).size();
        return wiring.strict() && !member.getIsLearner() && up && activeVoters(heard) - 1 < 1 + (voters - 1) / 2;
    }

    // -- the alignment

    private Behavior<Command> onRole(RoleIs role) {
        leads = role.role() == Replica.Role.LEADER;
        return leads ? align() : this;
    }

    private Behavior<Command> align() {
        if (leads && !aligning) {
            aligning = true;
            afterAllBefore(failure -> {
                if (failure.isEmpty()) {
                    look(this::listGroup);
                } else {
                    aligning = false;
                }
            });
        }
        return this;
    }

    private void listGroup(List<Alignment.Heard> heard) {
        getContext()
                .ask(
                        Replica.Reply.class,
                        wiring.replica(),
                        ANSWER,
                        Replica.ListMembers::new,
                        (reply, failure) -> new WrappedListing(listed(reply), heard));
    }

    /** Empty also when the replica has refused to say. */
    private static Optional<Replica.MembersListed> listed(Replica.@Nullable Reply reply) {
        return reply instanceof Replica.MembersListed listed ? Optional.of(listed) : Optional.empty();
    }

    private void look(Consumer<List<Alignment.Heard>> then) {
        getContext()
                .ask(
                        Members.Reachable.class,
                        wiring.members(),
                        ANSWER,
                        Members.ListReachable::new,
                        (reachable, failure) -> new Looked(heard(Optional.ofNullable(reachable)), then));
    }

    private static List<Alignment.Heard> heard(Optional<Members.Reachable> reachable) {
        return reachable.map(Members.Reachable::nodes).orElse(List.of()).stream()
                .map(facts -> new Alignment.Heard(facts.nodeId(), PeerUrls.told(facts.peerUrl()), facts.clientUrls()))
                .toList();
    }

    private Behavior<Command> onLooked(Looked looked) {
        looked.then().accept(looked.heard());
        return this;
    }

    /** What was committed before now is in the roster then, unless it is told why that cannot be known. */
    private void afterAllBefore(Consumer<Optional<EtcdError>> then) {
        calls.read(
                wiring.session(),
                Queries.members(),
                ReadConsistency.LINEARIZABLE,
                ANSWER,
                outcome -> then.accept(
                        SessionCalls.result(outcome, EtcdError.NO_LEADER) instanceof Result.Refused refused
                                ? Optional.of(refused.error())
                                : Optional.empty()));
    }

    private Behavior<Command> onListing(WrappedListing listing) {
        boolean settled = listing.listed().map(Replica.MembersListed::settled).orElse(false);
        Optional<Alignment.Step> step = settled && leads
                ? Alignment.next(roster(), listing.listed().orElseThrow().members(), listing.heard(), wiring.hosts())
                : Optional.empty();
        if (step.isPresent()) {
            carryOut(step.get(), listing.heard());
            return this;
        }
        aligning = false;
        if (settled && leads) {
            tellWhoIsRemoved(listing.heard());
        }
        return this;
    }

    /** Those who were down while they were removed; the group does without them by now. */
    private void tellWhoIsRemoved(List<Alignment.Heard> heard) {
        heard.stream().map(Alignment.Heard::node).filter(roster()::isRemoved).forEach(node -> wiring.members()
                .tell(new Members.TellRemoved(node)));
        wiring.onGone().accept(roster()::isRemoved);
    }

    private void carryOut(Alignment.Step step, List<Alignment.Heard> heard) {
        getContext().getLog().debug("members: {}", step);
        if (step instanceof Alignment.Change change) {
            changeOnce(change.change(), 0, error -> getContext().getSelf().tell(new StepEnded(error.isEmpty())));
        } else if (step instanceof Alignment.Found found) {
            record(MemberCommands.found(wiring.clusterId(), founder(found.node(), heard)));
        } else if (step instanceof Alignment.Start start) {
            record(MemberCommands.started(start.member()));
        } else {
            var request = MemberPromoteRequest.newBuilder()
                    .setID(((Alignment.Promoted) step).id())
                    .build();
            record(MemberCommands.promote(request));
        }
    }

    private Member founder(String node, List<Alignment.Heard> heard) {
        Optional<Alignment.Heard> own =
                heard.stream().filter(one -> one.node().equals(node)).findFirst();
        List<String> peerUrls = own.map(Alignment.Heard::peerUrl)
                .filter(url -> !url.isEmpty())
                .map(List::of)
                .orElseGet(() -> wiring.peerUrls().apply(node));
        return Member.newBuilder()
                .setID(MemberIds.member(node))
                .setName(node)
                .addAllPeerURLs(peerUrls)
                .addAllClientURLs(own.map(Alignment.Heard::clientUrls).orElse(List.of()))
                .build();
    }

    private void record(ByteString command) {
        apply(command, result -> getContext().getSelf().tell(new StepEnded(result instanceof Result.Ok)));
    }

    private Behavior<Command> onStepEnded(StepEnded ended) {
        aligning = false;
        return ended.done() ? align() : this;
    }

    // -- the log and the group

    private void apply(ByteString command, Consumer<Result> then) {
        calls.submit(wiring.session(), command, COMMAND_DEADLINE, outcome -> then.accept(SessionCalls.result(outcome)));
    }

    private Behavior<Command> onOutcome(WrappedOutcome wrapped) {
        calls.ended(wrapped.outcome());
        return this;
    }

    private void change(MemberChange change, Consumer<Optional<EtcdError>> then) {
        changeOnce(change, ATTEMPTS, then);
    }

    private void changeOnce(MemberChange change, int attemptsLeft, Consumer<Optional<EtcdError>> then) {
        getContext()
                .ask(
                        Replica.Reply.class,
                        wiring.replica(),
                        ANSWER,
                        replyTo -> new Replica.Reconfigure(List.of(change), replyTo),
                        (reply, failure) -> new GroupChanged(change, Optional.ofNullable(reply), attemptsLeft, then));
    }

    private Behavior<Command> onGroupChanged(GroupChanged changed) {
        Optional<EtcdError> error = errorOf(changed.reply());
        boolean again = error.equals(Optional.of(EtcdError.TIMEOUT)) && changed.attemptsLeft() > 0;
        if (again) {
            timers.startSingleTimer(
                    ++attempts,
                    new GroupAgain(changed.change(), changed.attemptsLeft() - 1, changed.then()),
                    AGAIN_AFTER);
        } else {
            changed.then().accept(error);
        }
        return this;
    }

    private Behavior<Command> onGroupAgain(GroupAgain again) {
        changeOnce(again.change(), again.attemptsLeft(), again.then());
        return this;
    }

    /** Empty when the group is as it was to become; a timeout when that may yet be. */
    private static Optional<EtcdError> errorOf(Optional<Replica.Reply> reply) {
        if (reply.isPresent() && reply.get() instanceof Replica.Reconfigured) {
            return Optional.empty();
        }
        if (reply.isPresent() && reply.get() instanceof Replica.ReconfigureRefused refused) {
            return switch (refused.refusal()) {
                case NOT_A_MEMBER, ALREADY_MEMBER -> Optional.empty();
                case NOT_CAUGHT_UP, NOT_A_LEARNER -> Optional.of(EtcdError.LEARNER_NOT_READY);
                case CHANGE_UNDER_WAY -> Optional.of(EtcdError.TIMEOUT);
                case NO_VOTER_LEFT, AMBIGUOUS, UNSUPPORTED -> Optional.of(EtcdError.UNHEALTHY);
            };
        }
        return Optional.of(EtcdError.TIMEOUT);
    }
}
