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
 * Brings a snapshot into the store of a cluster that begins, from the node that leads; where that does not, because it has no
 * file, from one that has.
 *
 * <p>Transitions: asking where the store is → done, when it has been used; asking → sending pieces, when this node leads, or
 * nobody has brought anything for a while; asking → waiting, otherwise and when no answer came; waiting → asking, after a
 * moment or when this node begins to lead; sending → done, when the last was applied; sending → waiting, when one was refused:
 * somebody else sends, or leadership changed.
 */
public final class Importer extends AbstractBehavior<Importer.Command> {

    public sealed interface Command permits RoleIs, Ended, Send, Sent, Ask {}

    /** The replica's part in the group. */
    public record RoleIs(Replica.Role role) implements Command {}

    private record Ended(SessionClient.Outcome outcome) implements Command {}

    /** One piece, and who waits until it is applied. */
    private record Send(ByteString piece, CompletableFuture<Result> applied) implements Command {}

    private record Sent(Optional<Throwable> failure) implements Command {}

    private enum Ask implements Command {
        ASK
    }

    /** Told once: empty when the snapshot is in the store or the store was in use before, else why it cannot be. */
    public record Done(Optional<String> failure) {}

    private static final Duration DEADLINE = Duration.ofSeconds(30);
    private static final Duration ASK_AGAIN_AFTER = Duration.ofMillis(100);
    private static final Duration SEND_AGAIN_AFTER = Duration.ofSeconds(1);
    /** How long somebody else may bring nothing: in questions. */
    private static final int PATIENCE = 30;

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
    /** A question is under way, or pieces are. */
    private boolean busy;
    /** The revision that was answered last, and how often in succession. */
    private long seen;

    private int seenTimes;
    private boolean done;

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
        ask();
    }

    @Override
    public Receive<Command> createReceive() {
        return newReceiveBuilder()
                .onMessage(RoleIs.class, this::onRole)
                .onMessage(Ended.class, this::onEnded)
                .onMessage(Send.class, this::onSend)
                .onMessage(Sent.class, this::onSent)
                .onMessageEquals(Ask.ASK, this::onAsk)
                .onSignal(PostStop.class, ignored -> onPostStop())
                .build();
    }

    private Behavior<Command> onRole(RoleIs role) {
        leads = role.role() == Replica.Role.LEADER;
        if (leads) {
            ask();
        }
        return this;
    }

    private void ask() {
        if (!busy) {
            busy = true;
            calls.read(session, Queries.importState(), ReadConsistency.LINEARIZABLE, DEADLINE, this::onStatus);
        }
    }

    private void onStatus(SessionClient.Outcome outcome) {
        if (!(SessionCalls.answer(outcome) instanceof Result.Ok ok)) {
            askAgainAfter(ASK_AGAIN_AFTER);
            return;
        }
        Queries.ImportState state = Queries.ImportState.parse(ok.body());
        seenTimes = seen == state.revision() ? seenTimes + 1 : 1;
        seen = state.revision();
        if (!state.open()) {
            getContext().getLog().info("the store is in use: {} is not restored (again)", file);
            parent.tell(new Done(Optional.empty()));
            done = true;
        } else if (leads || seenTimes > PATIENCE) {
            send(state.revision());
        } else {
            askAgainAfter(ASK_AGAIN_AFTER);
        }
    }

    private void askAgainAfter(Duration pause) {
        busy = false;
        timers.startSingleTimer(Ask.ASK, pause);
    }

    private void send(long reached) {
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
        return done ? Behaviors.stopped() : this;
    }

    private Behavior<Command> onAsk() {
        ask();
        return this;
    }

    /** The thread that reads the file is told that its piece is not applied. */
    private Behavior<Command> onPostStop() {
        calls.stop();
        return this;
    }

    private Behavior<Command> onSent(Sent sent) {
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
            askAgainAfter(SEND_AGAIN_AFTER);
            return this;
        }
        parent.tell(new Done(Optional.of("cannot restore " + file + ": " + cause.getMessage())));
        return Behaviors.stopped();
    }
}
