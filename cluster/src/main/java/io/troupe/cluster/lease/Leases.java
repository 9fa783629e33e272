package io.troupe.cluster.lease;

import com.typesafe.config.Config;
import io.troupe.replication.Groups;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.pekko.actor.AbstractExtensionId;
import org.apache.pekko.actor.ClassicActorSystemProvider;
import org.apache.pekko.actor.ExtendedActorSystem;
import org.apache.pekko.actor.Extension;
import org.apache.pekko.actor.ExtensionIdProvider;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Props;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.coordination.lease.LeaseSettings;

/** This node's part of the group that holds the leases. */
public final class Leases implements Extension {

    private static final Id ID = new Id();

    private static final class Id extends AbstractExtensionId<Leases> implements ExtensionIdProvider {
        @Override
        public Leases createExtension(ExtendedActorSystem system) {
            return new Leases(system);
        }

        @Override
        public Id lookup() {
            return this;
        }
    }

    private final ExtendedActorSystem system;
    private final String group;
    private final ActorRef<LeaseOffice.Command> office;
    private final AtomicLong leases = new AtomicLong();

    private Leases(ExtendedActorSystem system) {
        this.system = system;
        Config config = system.settings().config().getConfig("troupe.coordination");
        this.group = config.getString("group");
        Duration checkInterval = config.getDuration("check-interval");
        if (checkInterval.toMillis() < 1) {
            throw new IllegalArgumentException("troupe.coordination.check-interval = " + checkInterval
                    + " is not possible, right would be 1ms or more");
        }
        this.office = Adapter.toTyped(system)
                .systemActorOf(LeaseOffice.create(checkInterval, Leases::nanoTime), "troupe-leases", Props.empty());
    }

    public static Leases get(ClassicActorSystemProvider system) {
        return ID.get(system);
    }

    /**
     * Has the group of leases hosted by {@code host}; to be called on every member, and once.
     *
     * @param members stable ids of the nodes that have a replica, this one among them
     */
    public void provide(ActorRef<Groups.Command> host, List<String> members) {
        office.tell(new LeaseOffice.UseGroups(host, group, members));
    }

    /** The clock of everything here; called by its name, so that a simulation can put its own in its place. */
    static long nanoTime() {
        return System.nanoTime();
    }

    ActorRef<LeaseHolder.Command> holder(LeaseSettings settings, Hold hold) {
        return Adapter.toTyped(system)
                .systemActorOf(
                        LeaseHolder.create(settings, ThreadLocalRandom.current().nextLong(), hold, office),
                        "troupe-lease-" + leases.incrementAndGet(),
                        Props.empty());
    }
}
