package io.troupe.etcd.compactor;

import io.etcd.jetcd.api.CompactionRequest;
import io.troupe.etcd.EtcdError;
import io.troupe.etcd.SessionCalls;
import io.troupe.etcd.mvcc.Commands;
import io.troupe.etcd.mvcc.Result;
import io.troupe.replication.Replica;
import io.troupe.replication.SessionClient;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.function.LongSupplier;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;

/**
 * Follows the store's revision on every node, and compacts where the node leads: a new leader goes on by the history it
 * has seen itself. A compaction that fails is tried again at the next tick.
 */
public final class Compactor extends AbstractBehavior<Compactor.Command> {

    public sealed interface Command permits RoleIs, Tick, Ended {}

    /** The replica's part in the group. */
    public record RoleIs(Replica.Role role) implements Command {}

    private enum Tick implements Command {
        TICK
    }

    private record Ended(SessionClient.Outcome outcome) implements Command {}

    private static final Duration DEADLINE = Duration.ofSeconds(10);

    private final Retention retention;
    private final LongSupplier revision;
    private final ActorRef<SessionClient.Command> session;
    private final SessionCalls calls;
    private boolean leads;
    private boolean compacting;

    /** @param revision the one the store on this node has reached */
    public static Behavior<Command> create(
            Retention retention, LongSupplier revision, ActorRef<SessionClient.Command> session) {
        return Behaviors.setup(context -> Behaviors.withTimers(timers -> {
            timers.startTimerWithFixedDelay(Tick.TICK, Tick.TICK, Duration.ZERO, retention.tick());
            return new Compactor(context, retention, revision, session);
        }));
    }

    private Compactor(
            ActorContext<Command> context,
            Retention retention,
            LongSupplier revision,
            ActorRef<SessionClient.Command> session) {
        super(context);
        this.retention = retention;
        this.revision = revision;
        this.session = session;
        this.calls = new SessionCalls(context.messageAdapter(SessionClient.Outcome.class, Ended::new));
    }

    @Override
    public Receive<Command> createReceive() {
        return newReceiveBuilder()
                .onMessage(RoleIs.class, this::onRole)
                .onMessageEquals(Tick.TICK, this::onTick)
                .onMessage(Ended.class, this::onEnded)
                .build();
    }

    private Behavior<Command> onRole(RoleIs role) {
        leads = role.role() == Replica.Role.LEADER;
        return this;
    }

    private Behavior<Command> onTick() {
        OptionalLong due = retention.onTick(revision.getAsLong());
        if (leads && !compacting && due.isPresent()) {
            compacting = true;
            long at = due.getAsLong();
            var request = CompactionRequest.newBuilder().setRevision(at).build();
            calls.submit(session, Commands.compact(request), DEADLINE, outcome -> onCompacted(at, outcome));
        }
        return this;
    }

    private void onCompacted(long at, SessionClient.Outcome outcome) {
        compacting = false;
        Result result = SessionCalls.result(outcome);
        if (result instanceof Result.Refused refused && refused.error() != EtcdError.COMPACTED) {
            getContext()
                    .getLog()
                    .warn(
                            "cannot compact at revision {}: {}",
                            at,
                            refused.error().message());
            return;
        }
        retention.done();
        getContext().getLog().info("compacted at revision {}, as the retention asks", at);
    }

    private Behavior<Command> onEnded(Ended ended) {
        calls.ended(ended.outcome());
        return this;
    }
}
