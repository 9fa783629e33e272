package io.troupe.etcd.restore;

import io.troupe.etcd.SessionCalls;
import io.troupe.etcd.mvcc.Queries;
import io.troupe.etcd.mvcc.Result;
import io.troupe.replication.ReadConsistency;
import io.troupe.replication.Replica;
import io.troupe.replication.SessionClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.apache.pekko.actor.typed.PostStop;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;
import org.apache.pekko.util.ByteString;

/**
 * Brings a snapshot file into the store of a cluster that begins, from the first node that has the file and leads.
 *
 * <p>Transitions: waiting → asking where the store is, when this node leads; asking → sending pieces; sending → done, when
 * the last was applied; asking or sending → waiting, when one was refused or no answer came: somebody else leads and sends,
 * or leadership changed; asking → done, when the store has been used.
 */
public final class Importer extends AbstractBehavior<Importer.Command> {

    public sealed interface Command permits RoleIs, Ended, Send, Sent, Again {}

    /** The replica's part in the group. */
    public record RoleIs(Replica.Role role) implements Command {}

    private record Ended(SessionClient.Outcome outcome) implements Command {}

    /** One piece, and who waits until it is applied. */
    private record Send(ByteString piece, CompletableFuture<Result> applied) implements Command {}

    private record Sent(Optional<Throwable> failure) implements Command {}

    private enum Again implements Command {
        AGAIN
    }

    /** Told once: empty when the snapshot is in the store or the store was in use before, else why it cannot be. */
    public record Done(Optional<String> failure) {}

    private static final Duration DEADLINE = Duration.ofSeconds(30);
    private static final Duration AGAIN_AFTER = Duration.ofSeconds(1);

    /** A piece was refused: another attempt begins from where the store is. */
    private static final class RefusedException extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    private final TimerScheduler<Command> timers;
    private final Path file;
    private final ActorRef<SessionClient.Command> session;
    private final ActorRef<Done> parent;
    private final SessionCalls calls;
    private final Executor blocking;
    private boolean leads;
    private boolean busy;

    public static Behavior<Command> create(Path file, ActorRef<SessionClient.Command> session, ActorRef<Done> parent) {
        return Behaviors.setup(
                context -> Behaviors.withTimers(timers -> new Importer(context, timers, file, session, parent)));
    }

    private Importer(
            ActorContext<Command> context,
            TimerScheduler<Command> timers,
            Path file,
            ActorRef<SessionClient.Command> session,
            ActorRef<Done> parent) {
        super(context);
        this.timers = timers;
        this.file = file;
        this.session = session;
        this.parent = parent;
        this.calls = new SessionCalls(context.messageAdapter(SessionClient.Outcome.class, Ended::new));
        this.blocking = context.getSystem().dispatchers().lookup(DispatcherSelector.blocking());
    }

    @Override
    public Receive<Command> createReceive() {
        return newReceiveBuilder()
                .onMessage(RoleIs.class, this::onRole)
                .onMessage(Ended.class, this::onEnded)
                .onMessage(Send.class, this::onSend)
                .onMessage(Sent.class, this::onSent)
                .onMessageEquals(Again.AGAIN, this::onAgain)
                .onSignal(PostStop.class, ignored -> onPostStop())
                .build();
    }

    private Behavior<Command> onRole(RoleIs role) {
        leads = role.role() == Replica.Role.LEADER;
        begin();
        return this;
    }

    private void begin() {
        if (leads && !busy) {
            busy = true;
            calls.read(session, Queries.importState(), ReadConsistency.LINEARIZABLE, DEADLINE, this::onStatus);
        }
    }

    private void onStatus(SessionClient.Outcome outcome) {
        if (!(SessionCalls.answer(outcome) instanceof Result.Ok ok)) {
            getContext().getSelf().tell(new Sent(Optional.of(new RefusedException())));
            return;
        }
        Queries.ImportState state = Queries.ImportState.parse(ok.body());
        if (!state.open()) {
            getContext().getLog().info("the store is in use: {} is not restored (again)", file);
            parent.tell(new Done(Optional.empty()));
            return;
        }
        long reached = state.revision();
        getContext().getLog().info("restoring {} from revision {} on", file, reached);
        ActorRef<Command> self = getContext().getSelf();
        CompletableFuture<Void> sending = CompletableFuture.runAsync(
                () -> {
                    try {
                        SnapshotPieces.send(file, reached, piece -> apply(self, piece));
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                },
                blocking);
        getContext().pipeToSelf(sending, (nothing, failure) -> new Sent(Optional.ofNullable(failure)));
    }

    /** On the thread that reads the file: waits, so that one piece is in memory at a time. */
    private static void apply(ActorRef<Command> self, ByteString piece) {
        var applied = new CompletableFuture<Result>();
        self.tell(new Send(piece, applied));
        if (applied.join() instanceof Result.Refused) {
            throw new RefusedException();
        }
    }

    private Behavior<Command> onSend(Send send) {
        calls.submit(session, send.piece(), DEADLINE, outcome -> send.applied().complete(SessionCalls.result(outcome)));
        return this;
    }

    private Behavior<Command> onEnded(Ended ended) {
        calls.ended(ended.outcome());
        return this;
    }

    private Behavior<Command> onAgain() {
        begin();
        return this;
    }

    /** The thread that reads the file is told that its piece is not applied. */
    private Behavior<Command> onPostStop() {
        calls.stop();
        return this;
    }

    private Behavior<Command> onSent(Sent sent) {
        busy = false;
        if (sent.failure().isEmpty()) {
            getContext().getLog().info("restored {}", file);
            parent.tell(new Done(Optional.empty()));
            return Behaviors.stopped();
        }
        Throwable cause = sent.failure().get() instanceof CompletionException wrapped && wrapped.getCause() != null
                ? wrapped.getCause()
                : sent.failure().get();
        if (cause instanceof RefusedException) {
            getContext().getLog().warn("restoring {} was interrupted, and is tried again", file);
            timers.startSingleTimer(Again.AGAIN, AGAIN_AFTER);
            return this;
        }
        parent.tell(new Done(Optional.of("cannot restore " + file + ": " + cause.getMessage())));
        return Behaviors.stopped();
    }
}
