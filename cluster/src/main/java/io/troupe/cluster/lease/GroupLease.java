package io.troupe.cluster.lease;

import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.apache.pekko.actor.ExtendedActorSystem;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.coordination.lease.LeaseSettings;
import org.apache.pekko.coordination.lease.javadsl.Lease;

/**
 * A lease in a consensus group, {@code troupe.coordination.lease}. Its time to live is {@code heartbeat-timeout}; the
 * holder renews it every {@code heartbeat-interval}. Whoever waits for an answer, or is told of a loss, is told on the actor
 * system's dispatcher.
 */
public final class GroupLease extends Lease {

    private final LeaseSettings settings;
    private final Hold hold;
    private final ActorRef<LeaseHolder.Command> holder;

    /**
     * Called by Pekko.
     *
     * @throws IllegalArgumentException when the name of the lease, or of its owner, is too long for the group
     */
    public GroupLease(LeaseSettings settings, ExtendedActorSystem system) {
        requireShort("a lease", settings.leaseName());
        requireShort("the owner of a lease", settings.ownerName());
        this.settings = settings;
        this.hold = new Hold(Leases::nanoTime);
        this.holder = Leases.get(system).holder(settings, hold);
    }

    private static void requireShort(String whose, String name) {
        if (name.length() > LeaseMachine.NAME_MAX) {
            throw new IllegalArgumentException("The name of " + whose + " has at most " + LeaseMachine.NAME_MAX
                    + " characters, this one has " + name.length());
        }
    }

    @Override
    public LeaseSettings getSettings() {
        return settings;
    }

    /**
     * {@code false} when another holds it and is seen to renew it. One that holds it and does not is waited for, until the lease
     * is free or {@code lease-operation-timeout} is over. Fails when the group has not answered by then.
     */
    @Override
    public CompletionStage<Boolean> acquire() {
        return acquire(lost -> {});
    }

    /** @param leaseLost told once, with the reason, when the lease is lost without being released */
    @Override
    public CompletionStage<Boolean> acquire(Consumer<Optional<Throwable>> leaseLost) {
        var acquired = new CompletableFuture<Boolean>();
        holder.tell(new LeaseHolder.Acquire(leaseLost, acquired));
        return acquired;
    }

    /** Ends at once here; completes when the group has heard of it. */
    @Override
    public CompletionStage<Boolean> release() {
        var released = new CompletableFuture<Boolean>();
        holder.tell(new LeaseHolder.Release(released));
        return released;
    }

    /** Whether it is held now, by this node's clock; see the package for what that is worth. */
    @Override
    public boolean checkLease() {
        return hold.isHeld();
    }

    /**
     * The holder's epoch, as long as the lease is held: above that of every holder before. Who is given it with a request
     * and remembers the highest refuses what comes from an earlier holder.
     */
    public OptionalLong fencingToken() {
        return hold.epoch();
    }
}
