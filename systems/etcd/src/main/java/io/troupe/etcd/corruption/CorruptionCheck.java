package io.troupe.etcd.corruption;

import io.etcd.jetcd.api.AlarmRequest;
import io.troupe.etcd.SessionCalls;
import io.troupe.etcd.mvcc.Alarms;
import io.troupe.etcd.mvcc.Commands;
import io.troupe.etcd.mvcc.FrozenState;
import io.troupe.etcd.mvcc.Result;
import io.troupe.replication.Replica;
import io.troupe.replication.SessionClient;
import java.time.Duration;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.apache.pekko.util.ByteString;

/**
 * Hashes its replica's state at points of the log, and compares with what the leader's is there. A difference raises this
 * member's CORRUPT alarm: from then on nothing is changed on any member, until somebody has looked.
 */
public final class CorruptionCheck extends AbstractBehavior<CorruptionCheck.Command> {

    public sealed interface Command permits RoleIs, Tick, Point, Claim, Hashed, Ended {}

    /** The replica's part in the group. */
    public record RoleIs(Replica.Role role) implements Command {}

    private enum Tick implements Command {
        TICK
    }

    /** The replica's state at a point that some leader chose. */
    record Point(long id, FrozenState state) implements Command {}

    /** What that leader's state is there. */
    record Claim(long id, int hash) implements Command {}

    private record Hashed(long id, int hash) implements Command {}

    private record Ended(SessionClient.Outcome outcome) implements Command {}

    private static final Duration DEADLINE = Duration.ofSeconds(10);

    /** Points and claims that wait for each other; a replica that is restored from a snapshot may see one alone. */
    private static final int KEPT = 8;

    /** What a check works with. */
    public record Wiring(
            Duration interval,
            LongSupplier memberId,
            LongSupplier random,
            ActorRef<SessionClient.Command> session,
            DispatcherSelector hashing) {}

    private final Wiring wiring;
    private final SessionCalls calls;
    private final TreeMap<Long, Integer> hashes = new TreeMap<>();
    private final TreeMap<Long, Integer> claims = new TreeMap<>();
    private boolean leads;
    /** The point this node chose last, and has not told its hash of; 0 for none. */
    private long chosen;

    public static Behavior<Command> create(Wiring wiring) {
        return Behaviors.setup(context -> Behaviors.withTimers(timers -> {
            timers.startTimerWithFixedDelay(Tick.TICK, Tick.TICK, wiring.interval());
            return new CorruptionCheck(context, wiring);
        }));
    }

    private CorruptionCheck(ActorContext<Command> context, Wiring wiring) {
        super(context);
        this.wiring = wiring;
        this.calls = new SessionCalls(context.messageAdapter(SessionClient.Outcome.class, Ended::new));
    }

    @Override
    public Receive<Command> createReceive() {
        return newReceiveBuilder()
                .onMessage(RoleIs.class, this::onRole)
                .onMessageEquals(Tick.TICK, this::onTick)
                .onMessage(Point.class, this::onPoint)
                .onMessage(Claim.class, this::onClaim)
                .onMessage(Hashed.class, this::onHashed)
                .onMessage(Ended.class, this::onEnded)
                .build();
    }

    private Behavior<Command> onRole(RoleIs role) {
        leads = role.role() == Replica.Role.LEADER;
        return this;
    }

    private Behavior<Command> onTick() {
        if (leads) {
            chosen = wiring.random().getAsLong() | 1;
            submit(Commands.hashPoint(chosen));
        }
        return this;
    }

    private Behavior<Command> onPoint(Point point) {
        getContext().spawnAnonymous(hashing(point, getContext().getSelf()), wiring.hashing());
        return this;
    }

    private static Behavior<Void> hashing(Point point, ActorRef<Command> check) {
        return Behaviors.setup(context -> {
            check.tell(new Hashed(point.id(), point.state().hash()));
            return Behaviors.stopped();
        });
    }

    private Behavior<Command> onHashed(Hashed hashed) {
        keep(hashes, hashed.id(), hashed.hash());
        if (hashed.id() == chosen) {
            chosen = 0;
            submit(Commands.hashClaim(hashed.id(), hashed.hash()));
        }
        compare(hashed.id());
        return this;
    }

    private Behavior<Command> onClaim(Claim claim) {
        keep(claims, claim.id(), claim.hash());
        compare(claim.id());
        return this;
    }

    private static void keep(TreeMap<Long, Integer> some, long id, int hash) {
        some.put(id, hash);
        if (some.size() > KEPT) {
            some.remove(some.firstKey() == id ? some.lastKey() : some.firstKey());
        }
    }

    private void compare(long id) {
        Optional<Integer> own = Optional.ofNullable(hashes.get(id));
        Optional<Integer> leaders = Optional.ofNullable(claims.get(id));
        if (own.isEmpty() || leaders.isEmpty()) {
            return;
        }
        hashes.remove(id);
        claims.remove(id);
        if (!own.equals(leaders)) {
            getContext()
                    .getLog()
                    .error(
                            "the store of this member differs from the leader's: its hash is {}, theirs is {}. Raising"
                                    + " the alarm CORRUPT",
                            Integer.toUnsignedString(own.get()),
                            Integer.toUnsignedString(leaders.get()));
            submit(Commands.alarm(AlarmRequest.newBuilder()
                    .setAction(AlarmRequest.AlarmAction.ACTIVATE)
                    .setMemberID(wiring.memberId().getAsLong())
                    .setAlarmValue(Alarms.CORRUPT)
                    .build()));
        }
    }

    private void submit(ByteString command) {
        calls.submit(wiring.session(), command, DEADLINE, outcome -> {
            if (SessionCalls.result(outcome) instanceof Result.Refused refused) {
                getContext()
                        .getLog()
                        .warn(
                                "a step of the corruption check: {}",
                                refused.error().message());
            }
        });
    }

    private Behavior<Command> onEnded(Ended ended) {
        calls.ended(ended.outcome());
        return this;
    }
}
