package io.troupe.sim.cluster;

import io.troupe.sim.Host;
import io.troupe.sim.World;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.pekko.actor.ExtendedActorSystem;
import org.apache.pekko.coordination.lease.LeaseException;
import org.apache.pekko.coordination.lease.LeaseSettings;
import org.apache.pekko.coordination.lease.javadsl.Lease;

/**
 * A lease of the simulation's lease service, {@code troupe.sim.lease}: for {@code lease-majority}, singletons and shards.
 * A node that {@link ClusterSimulation#cutLease} parts from the service gets failures, and loses what it held once it has
 * not been renewed for {@code heartbeat-timeout}.
 */
public final class SimulatedLease extends Lease {

    private final LeaseSettings settings;
    private final World world;
    private final Host host;
    private final LeaseService service;
    private boolean held;

    /** Called by Pekko. */
    public SimulatedLease(LeaseSettings settings, ExtendedActorSystem system) {
        this.settings = settings;
        this.world = World.of(system.settings().config());
        this.host = world.ownerOf(system.settings().config());
        this.service = ClusterSimulation.leasesOf(world);
    }

    @Override
    public LeaseSettings getSettings() {
        return settings;
    }

    @Override
    public CompletionStage<Boolean> acquire() {
        return acquire(cause -> {});
    }

    @Override
    public CompletionStage<Boolean> acquire(Consumer<Optional<Throwable>> leaseLost) {
        return answered(() -> {
            boolean granted = service.acquire(settings.leaseName(), settings.ownerName(), timeout());
            if (granted && !held) {
                held = true;
                renewLater(leaseLost);
            }
            return granted;
        });
    }

    @Override
    public CompletionStage<Boolean> release() {
        return answered(() -> {
            held = false;
            service.release(settings.leaseName(), settings.ownerName());
            return true;
        });
    }

    @Override
    public boolean checkLease() {
        return held;
    }

    /** Asks the service: the answer comes after a while, or a failure when it cannot be reached. */
    private CompletionStage<Boolean> answered(Supplier<Boolean> question) {
        var answer = new CompletableFuture<Boolean>();
        boolean reachable = service.isReachable(host.name());
        long latency = reachable
                ? service.latencyNanos()
                : settings.timeoutSettings().getOperationTimeout().toNanos();
        world.later(world.nowNanos() + latency, host, () -> {
            if (reachable && service.isReachable(host.name())) {
                answer.complete(question.get());
            } else {
                answer.completeExceptionally(new LeaseException("the lease service cannot be reached"));
            }
        });
        return answer;
    }

    private void renewLater(Consumer<Optional<Throwable>> leaseLost) {
        long interval = settings.timeoutSettings().getHeartbeatInterval().toNanos();
        world.later(world.nowNanos() + interval, host, () -> {
            if (!held) {
                return;
            }
            if (!service.holds(settings.leaseName(), settings.ownerName())) {
                held = false;
                leaseLost.accept(Optional.empty());
                return;
            }
            if (service.isReachable(host.name())) {
                service.renew(settings.leaseName(), settings.ownerName());
            }
            renewLater(leaseLost);
        });
    }

    private Duration timeout() {
        return settings.timeoutSettings().getHeartbeatTimeout();
    }
}
