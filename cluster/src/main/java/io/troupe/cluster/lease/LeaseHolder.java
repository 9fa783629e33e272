package io.troupe.cluster.lease;

import io.troupe.replication.SessionClient;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;
import org.apache.pekko.coordination.lease.LeaseException;
import org.apache.pekko.coordination.lease.LeaseSettings;

/**
 * Acquires one lease for one owner, and renews it.
 *
 * <p>Transitions: free → acquiring → held, when the group grants it; held → free, when it is released, when the group says
 * that it is another's, and when no renewal came through in time: the callback is told of the last two.
 */
final class LeaseHolder extends AbstractBehavior<LeaseHolder.Command> {

    sealed interface Command permits Acquire, Release, Ended, Tick {}

    /** @param lost told once, when the lease is lost */
    record Acquire(Consumer<Optional<Throwable>> lost, CompletableFuture<Boolean> acquired) implements Command {}

    record Release(CompletableFuture<Boolean> released) implements Command {}

    private record Ended(SessionClient.Outcome outcome) implements Command {}

    private enum Tick implements Command {
        HEARTBEAT,
        OVER,
        RETRY
    }

    /** How soon a lease that another holds is asked for again. */
    private static final Duration RETRY_PAUSE = Duration.ofMillis(250);

    private enum Asking {
        NOTHING,
        ACQUIRE,
        RENEW
    }

    private final TimerScheduler<Command> timers;
    private final Executor elsewhere;
    private final LeaseSettings settings;
    private long acquisition;
    private final Hold hold;
    private final ActorRef<LeaseOffice.Command> office;
    private final ActorRef<SessionClient.Outcome> outcomes;
    private final List<CompletableFuture<Boolean>> acquiring = new ArrayList<>();
    private Consumer<Optional<Throwable>> lost = why -> {};
    private boolean held;
    private Asking asking = Asking.NOTHING;
    private long askedId;
    private long askedAtNanos;
    private long acquiringSinceNanos;
    private long othersRenewal;
    private long nextId = 1;

    /** @param firstAcquisition unlike that of any other; later ones are counted from it */
    static Behavior<Command> create(
            LeaseSettings settings, long firstAcquisition, Hold hold, ActorRef<LeaseOffice.Command> office) {
        return Behaviors.setup(context -> Behaviors.withTimers(
                timers -> new LeaseHolder(context, timers, settings, firstAcquisition, hold, office)));
    }

    private LeaseHolder(
            ActorContext<Command> context,
            TimerScheduler<Command> timers,
            LeaseSettings settings,
            long firstAcquisition,
            Hold hold,
            ActorRef<LeaseOffice.Command> office) {
        super(context);
        this.timers = timers;
        this.elsewhere = context.getSystem().executionContext();
        this.settings = settings;
        this.acquisition = firstAcquisition;
        this.hold = hold;
        this.office = office;
        this.outcomes = context.messageAdapter(SessionClient.Outcome.class, Ended::new);
    }

    @Override
    public Receive<Command> createReceive() {
        return newReceiveBuilder()
                .onMessage(Acquire.class, this::onAcquire)
                .onMessage(Release.class, this::onRelease)
                .onMessage(Ended.class, ended -> onEnded(ended.outcome()))
                .onMessageEquals(Tick.HEARTBEAT, this::onHeartbeat)
                .onMessageEquals(Tick.OVER, this::onOver)
                .onMessageEquals(Tick.RETRY, this::tryToAcquire)
                .build();
    }

    private Duration ttl() {
        return settings.timeoutSettings().getHeartbeatTimeout();
    }

    private Duration operationTimeout() {
        return settings.timeoutSettings().getOperationTimeout();
    }

    private Behavior<Command> onAcquire(Acquire acquire) {
        onOver();
        lost = acquire.lost();
        acquiring.add(acquire.acquired());
        if (held && asking == Asking.NOTHING) {
            renew(); // That it was held is not enough: who was cut off since must not hear yes.
        } else if (!held && asking == Asking.NOTHING && !timers.isTimerActive(Tick.RETRY)) {
            acquisition++;
            acquiringSinceNanos = hold.now();
            othersRenewal = 0;
            tryToAcquire();
        }
        return this;
    }

    /** Whoever holds it may have died: it is asked for again until that one renews it, or the operation's time is over. */
    private Behavior<Command> tryToAcquire() {
        Duration left = operationTimeout().minusNanos(hold.now() - acquiringSinceNanos);
        ask(
                Asking.ACQUIRE,
                new LeaseCommand.Acquire(settings.leaseName(), settings.ownerName(), acquisition, ttl().toMillis()),
                left.compareTo(RETRY_PAUSE) > 0 ? left : RETRY_PAUSE);
        return this;
    }

    private void renew() {
        ask(Asking.RENEW, new LeaseCommand.Renew(settings.leaseName(), acquisition), operationTimeout());
    }

    private void ask(Asking what, LeaseCommand command, Duration deadline) {
        asking = what;
        askedId = nextId++;
        askedAtNanos = hold.now();
        office.tell(new LeaseOffice.Submit(askedId, command, deadline, outcomes));
    }

    private Behavior<Command> onEnded(SessionClient.Outcome outcome) {
        if (outcome.id() != askedId || asking == Asking.NOTHING) {
            return this; // Of a request that has been given up.
        }
        Asking what = asking;
        asking = Asking.NOTHING;
        if (outcome instanceof SessionClient.Failed failed) {
            String why = "Lease " + settings.leaseName() + ": " + failed.reason() + ", " + failed.detail();
            answerAcquiring(future -> future.completeExceptionally(new LeaseException(why)));
            return onOver();
        }
        return onAnswer(what, answer((SessionClient.Succeeded) outcome));
    }

    private static LeaseAnswer answer(SessionClient.Succeeded succeeded) {
        try {
            return LeaseAnswer.of(succeeded.result());
        } catch (IOException e) {
            return new LeaseAnswer.NotHeld("the group's answer cannot be read: " + e.getMessage());
        }
    }

    private Behavior<Command> onAnswer(Asking what, LeaseAnswer answer) {
        if (answer instanceof LeaseAnswer.Held granted) {
            return onHeld(granted);
        }
        LeaseAnswer.NotHeld not = (LeaseAnswer.NotHeld) answer;
        if (what == Asking.RENEW) {
            lose(Optional.of(new LeaseException(not.detail())));
        } else if (isWorthAnother(not)) {
            timers.startSingleTimer(Tick.RETRY, Tick.RETRY, RETRY_PAUSE);
        } else {
            answerAcquiring(future -> future.complete(false));
        }
        return this;
    }

    private Behavior<Command> onHeld(LeaseAnswer.Held granted) {
        hold.holds(granted.epoch(), askedAtNanos, ttl());
        answerAcquiring(future -> future.complete(hold.isHeld()));
        if (!held && !hold.isHeld()) {
            end();
            return this;
        }
        held = true;
        timers.startSingleTimer(
                Tick.HEARTBEAT, Tick.HEARTBEAT, settings.timeoutSettings().getHeartbeatInterval());
        return onOver();
    }

    private boolean isWorthAnother(LeaseAnswer.NotHeld not) {
        boolean inTime = hold.now() - acquiringSinceNanos < operationTimeout().toNanos();
        boolean isRenewed = othersRenewal != 0 && not.renewedAt() != 0 && not.renewedAt() != othersRenewal;
        othersRenewal = not.renewedAt();
        return inTime && !isRenewed;
    }

    /** Not on this actor's thread: what hangs on an answer may take its time, and the lease is to be renewed meanwhile. */
    private void answerAcquiring(Consumer<CompletableFuture<Boolean>> answering) {
        List<CompletableFuture<Boolean>> waiting = List.copyOf(acquiring);
        acquiring.clear();
        waiting.forEach(future -> elsewhere.execute(() -> answering.accept(future)));
    }

    private Behavior<Command> onHeartbeat() {
        if (held && asking == Asking.NOTHING) {
            renew();
        }
        timers.startSingleTimer(
                Tick.HEARTBEAT, Tick.HEARTBEAT, settings.timeoutSettings().getHeartbeatInterval());
        return this;
    }

    /** By the clock, which counts from before the last renewal was asked for: what a timer would say is true before it comes. */
    private Behavior<Command> onOver() {
        if (held && hold.isHeld()) {
            timers.startSingleTimer(Tick.OVER, Tick.OVER, hold.left());
        } else if (held) {
            lose(Optional.of(new LeaseException("Lease " + settings.leaseName() + " could not be renewed for "
                    + ttl().toMillis() + " ms: is a majority of the group of leases up and in contact?")));
        }
        return this;
    }

    private void lose(Optional<Throwable> why) {
        if (!held) {
            return;
        }
        end();
        answerAcquiring(future -> future.complete(false));
        getContext().getLog().warn("Lost the lease {}: {}", settings.leaseName(), why.map(Throwable::getMessage));
        Consumer<Optional<Throwable>> told = lost;
        lost = reason -> {};
        elsewhere.execute(() -> told.accept(why));
    }

    private void end() {
        held = false;
        hold.ends();
        asking = Asking.NOTHING;
        timers.cancel(Tick.HEARTBEAT);
        timers.cancel(Tick.OVER);
        timers.cancel(Tick.RETRY);
    }

    /** It is given up here at once; that the group hears of it is not waited for beyond the operation's timeout. */
    private Behavior<Command> onRelease(Release release) {
        boolean was = held || asking == Asking.ACQUIRE || timers.isTimerActive(Tick.RETRY);
        end();
        lost = why -> {};
        answerAcquiring(future -> future.complete(false));
        if (!was) {
            elsewhere.execute(() -> release.released().complete(true));
            return this;
        }
        var command = new LeaseCommand.Release(settings.leaseName(), acquisition);
        ActorRef<SessionClient.Outcome> released = getContext().spawnAnonymous(Behaviors.receiveMessage(outcome -> {
            elsewhere.execute(() -> answerReleasing(release, outcome));
            return Behaviors.stopped();
        }));
        office.tell(new LeaseOffice.Submit(0, command, operationTimeout(), released));
        return this;
    }

    private void answerReleasing(Release release, SessionClient.Outcome outcome) {
        if (outcome instanceof SessionClient.Failed failed) {
            release.released()
                    .completeExceptionally(new LeaseException("Lease " + settings.leaseName()
                            + " is not held here any more, but the group was not told: " + failed.reason() + ", "
                            + failed.detail()));
        } else {
            release.released().complete(true);
        }
    }
}
