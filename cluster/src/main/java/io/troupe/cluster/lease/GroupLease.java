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
 * holder renews it every {@code heartbeat-interval}.
 */
public final class GroupLease extends Lease {

    private final LeaseSettings settings;
    private final Hold hold;
    private final ActorRef<LeaseHolder.Command> holder;

    /** Called by Pekko. */
    public GroupLease(LeaseSettings settings, ExtendedActorSystem system) {
        this.settings = settings;
        this.hold = new Hold(Leases::nanoTime);
        this.holder = Leases.get(system).holder(settings, hold);
    }

    @Override
    public LeaseSettings getSettings() {
        return settings;
    }

    /**
     * {@code false} when another holds it all the time until {@code lease-operation-timeout} is over; fails when the group has
     * not answered by then.
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
