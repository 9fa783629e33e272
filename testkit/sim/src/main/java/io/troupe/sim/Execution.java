package io.troupe.sim;

import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import org.apache.pekko.dispatch.Mailbox;
import org.jspecify.annotations.Nullable;

/**
 * What happens next in a {@link World}, and when: its run queue, its timers, and virtual time. At every moment code runs for
 * one host.
 */
final class Execution {

    private static final int STEPS_AT_ONE_INSTANT_MAX = 1_000_000;

    private final RunQueue ready = new RunQueue();
    private final Timers timers = new Timers();
    private final Host outside;
    private final Runnable throwFailure;
    private final ActorFailures failures = new ActorFailures();
    private RandomGenerator schedule;
    private Host current;
    private Host messageOrigin;
    private long nowNanos;
    private long steps;
    private int stepsAtThisInstant;
    private int depth;

    /** @param throwFailure asked after every step */
    Execution(Host outside, RandomGenerator schedule, Runnable throwFailure) {
        this.outside = outside;
        this.schedule = schedule;
        this.throwFailure = throwFailure;
        this.current = outside;
        this.messageOrigin = outside;
    }

    /** @param newSchedule says which ready mailbox runs next */
    void begin(RandomGenerator newSchedule) {
        ready.clear();
        timers.clear();
        schedule = newSchedule;
        current = outside;
        messageOrigin = outside;
        nowNanos = 0;
        steps = 0;
        stepsAtThisInstant = 0;
        failures.begin();
    }

    /** The present instant may take as many steps again. */
    void forgive() {
        stepsAtThisInstant = 0;
    }

    long nowNanos() {
        return nowNanos;
    }

    long steps() {
        return steps;
    }

    List<Throwable> actorFailures() {
        return failures.causes();
    }

    boolean isInTurn() {
        return depth > 0;
    }

    Host current() {
        return current;
    }

    Host messageOrigin() {
        return messageOrigin;
    }

    void messageOrigin(Host host) {
        messageOrigin = host;
    }

    /** Runs {@code work} as the given host. */
    void as(Host host, Runnable work) {
        var before = current;
        current = host;
        try {
            work.run();
        } finally {
            current = before;
        }
    }

    void add(RunQueue.Task task) {
        if (task.host().isPaused()) {
            task.host().park(task);
        } else {
            ready.add(task);
        }
    }

    Timers.Timer at(long dueNanos, Host host, Cause cause, Runnable work) {
        return timers.add(Math.max(dueNanos, nowNanos), host, cause, work);
    }

    /**
     * Runs what is ready of the node whose code waits now, first come first served, and something else only when nothing
     * is: waits of different nodes inside each other could not end in the order in which they are over.
     *
     * @return false when nothing is left to run
     */
    boolean stepOfWaiting() {
        var waiting = current;
        var own = ready.takeFirst(task -> task.host() == waiting);
        if (own == null) {
            return step(Long.MAX_VALUE);
        }
        stepped();
        run(own);
        throwFailure.run();
        return true;
    }

    private void stepped() {
        if (++stepsAtThisInstant > STEPS_AT_ONE_INSTANT_MAX) {
            throw new SimulationFailure("still busy after " + STEPS_AT_ONE_INSTANT_MAX + " steps at " + nowNanos
                    + " ns of virtual time: actors that send to each other for ever");
        }
    }

    /** Runs one ready task, or else the next timer due by {@code untilNanos}; false when there is neither. */
    boolean step(long untilNanos) {
        if (!ready.isEmpty()) {
            stepped();
            run(ready.takeAny(schedule));
            throwFailure.run();
            return true;
        }
        var timer = timers.peek();
        if (timer == null || timer.dueNanos > untilNanos) {
            return false;
        }
        timers.take(timer);
        advanceTo(timer.dueNanos);
        if (timer.host.isPaused()) {
            timer.host.park(new RunQueue.Task(timer.host, timer.work));
        } else {
            steps++;
            as(timer.host, timer.work);
        }
        throwFailure.run();
        return true;
    }

    void advanceTo(long nanos) {
        if (nanos > nowNanos) {
            nowNanos = nanos;
            stepsAtThisInstant = 0;
        }
    }

    /** What is to happen later. */
    List<Timers.Timer> pending() {
        return timers.pending();
    }

    /** The first scheduled of it that is wanted. */
    Timers.@Nullable Timer pending(Predicate<Cause> wanted) {
        return timers.first(wanted);
    }

    /** Does one thing that is pending now, whenever it was due; {@code clockNanos} is the time it happens at. */
    void happen(Timers.Timer chosen, long clockNanos) {
        timers.take(chosen);
        nowNanos = clockNanos;
        steps++;
        as(chosen.host, chosen.work);
        throwFailure.run();
    }

    /** Moves virtual time, backwards too: with a schedule that is steered each node has a time of its own. */
    void setClock(long nanos) {
        nowNanos = nanos;
    }

    /** What was pending will never happen. */
    void drop(Timers.Timer chosen) {
        timers.take(chosen);
    }

    /** Runs what is ready, first come first served, until nothing is. */
    void rest() {
        stepsAtThisInstant = 0;
        for (var task = ready.takeFirst(any -> true); task != null; task = ready.takeFirst(any -> true)) {
            if (++stepsAtThisInstant > STEPS_AT_ONE_INSTANT_MAX) {
                throw new SimulationFailure("still busy after " + STEPS_AT_ONE_INSTANT_MAX
                        + " steps: actors of one node that send to each other for ever");
            }
            run(task);
            throwFailure.run();
        }
    }

    private void run(RunQueue.Task task) {
        steps++;
        var before = current;
        var origin = messageOrigin;
        current = task.host();
        depth++;
        try {
            failures.look(task.work());
            task.work().run();
        } finally {
            depth--;
            current = before;
            messageOrigin = origin;
        }
    }

    /** What became ready during the host's pause goes on. */
    void resume(Host host) {
        host.resume().forEach(ready::add);
    }

    /** Nothing of the host's own work will run. */
    void drop(Host host) {
        ready.removeIf(task -> task.host() == host);
    }

    /** Of the host's work only its mailboxes will run. */
    void keepMailboxesOf(Host host) {
        ready.removeIf(task -> task.host() == host && !(task.work() instanceof Mailbox));
    }

    /**
     * Runs the host and Pekko's own actors alone, until {@code over}.
     *
     * @return false when there was nothing left to run, or too much
     */
    boolean runAlone(Host host, BooleanSupplier over) {
        for (int spent = 0; !over.getAsBoolean(); spent++) {
            var task = ready.takeFirst(any -> any.host() == host || any.host() == outside);
            if (task == null || spent > STEPS_AT_ONE_INSTANT_MAX) {
                return false;
            }
            run(task);
        }
        return true;
    }
}
