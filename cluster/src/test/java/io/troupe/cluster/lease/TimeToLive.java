package io.troupe.cluster.lease;

import io.troupe.replication.Groups;
import io.troupe.replication.StateMachine;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.util.ByteString;

/**
 * Who holds a lease and renews it keeps it: from when the renewal was applied, by the first replica to do so, nobody else is
 * granted the lease for its time to live, unless it was released. Judged by what is said to the state machine and what it
 * answers, in true time.
 */
public final class TimeToLive {

    /** @param since true time of the last renewal, or of the acquisition */
    private record Held(String owner, long acquisition, long epoch, Duration ttl, Duration since, boolean released) {}

    private final Supplier<Duration> now;
    private final double driftMax;
    private final TreeMap<String, Held> leases = new TreeMap<>();
    private long lastIndex;
    private String broken = "";

    /** @param driftMax how much too fast a node's clock may run; 0.05 is a twentieth */
    public TimeToLive(Supplier<Duration> now, double driftMax) {
        this.now = now;
        this.driftMax = driftMax;
    }

    /** Stands for {@code host}, and listens to the state machines of the groups that it hosts. */
    public Behavior<Groups.Command> listening(ActorRef<Groups.Command> host) {
        return Behaviors.receiveMessage(message -> {
            host.tell(
                    message instanceof Groups.Host asked
                            ? new Groups.Host(
                                    asked.group(),
                                    asked.members(),
                                    asked.witnesses(),
                                    (group, node) ->
                                            new Listening(asked.factory().create(group, node)),
                                    asked.engine(),
                                    asked.replyTo())
                            : message);
            return Behaviors.same();
        });
    }

    private final class Listening implements StateMachine {

        private final StateMachine machine;

        Listening(StateMachine machine) {
            this.machine = machine;
        }

        @Override
        public ByteString apply(long index, ByteString command) {
            ByteString answer = machine.apply(index, command);
            if (index > lastIndex) { // Of the first replica alone; the others answer the same.
                lastIndex = index;
                try {
                    applied(LeaseCommand.of(command), LeaseAnswer.of(answer));
                } catch (IOException e) {
                    fail("entry " + index + " or its answer cannot be read: " + e.getMessage());
                }
            }
            return answer;
        }

        @Override
        public ByteString query(ByteString query) {
            return machine.query(query);
        }

        @Override
        public State freeze() {
            return machine.freeze();
        }

        @Override
        public void restore(InputStream state) throws IOException {
            machine.restore(state);
        }
    }

    private void applied(LeaseCommand command, LeaseAnswer answer) {
        Held before = leases.get(command.name());
        if (command instanceof LeaseCommand.Acquire acquire && answer instanceof LeaseAnswer.Held held) {
            if (before != null) {
                requireOver(before, acquire);
            }
            Duration ttl = Duration.ofMillis(acquire.ttlMillis());
            leases.put(
                    acquire.name(),
                    new Held(acquire.owner(), acquire.acquisition(), held.epoch(), ttl, now.get(), false));
        } else if (before != null && command instanceof LeaseCommand.Renew && answer instanceof LeaseAnswer.Held) {
            leases.put(
                    command.name(),
                    new Held(
                            before.owner(),
                            before.acquisition(),
                            before.epoch(),
                            before.ttl(),
                            now.get(),
                            before.released()));
        } else if (before != null
                && command instanceof LeaseCommand.Release release
                && release.acquisition() == before.acquisition()) {
            leases.put(
                    command.name(),
                    new Held(before.owner(), before.acquisition(), before.epoch(), before.ttl(), before.since(), true));
        }
    }

    private void requireOver(Held before, LeaseCommand.Acquire acquire) {
        Duration passed = now.get().minus(before.since());
        boolean isOver = passed.toNanos() >= before.ttl().toNanos() / (1 + driftMax);
        if (!before.released() && !before.owner().equals(acquire.owner()) && !isOver) {
            fail(acquire.owner() + " is granted the lease " + acquire.name() + " at " + now.get() + ", " + passed
                    + " after " + before + " renewed it");
        }
    }

    private void fail(String what) {
        if (broken.isEmpty()) {
            broken = what;
        }
    }

    public void check() {
        if (!broken.isEmpty()) {
            throw new AssertionError(broken);
        }
    }
}
