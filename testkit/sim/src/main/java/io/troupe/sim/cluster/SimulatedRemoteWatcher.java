package io.troupe.sim.cluster;

import org.apache.pekko.actor.Address;
import org.apache.pekko.actor.ExtendedActorSystem;
import org.apache.pekko.cluster.ClusterRemoteWatcher;
import org.apache.pekko.remote.FailureDetectorRegistry;
import org.apache.pekko.remote.RemoteActorRefProvider;
import scala.Option;
import scala.concurrent.duration.FiniteDuration;

/** Pekko's own, which passes on whether a quarantine is harmless to Artery alone. */
public final class SimulatedRemoteWatcher extends ClusterRemoteWatcher {

    /** Called by Pekko. */
    public SimulatedRemoteWatcher(
            FailureDetectorRegistry<Address> failureDetector,
            FiniteDuration heartbeatInterval,
            FiniteDuration unreachableReaperInterval,
            FiniteDuration heartbeatExpectedResponseAfter) {
        super(failureDetector, heartbeatInterval, unreachableReaperInterval, heartbeatExpectedResponseAfter);
    }

    @Override
    public void quarantine(Address address, Option<Object> uid, String reason, boolean harmless) {
        var provider = (RemoteActorRefProvider) ((ExtendedActorSystem) context().system()).provider();
        ((SimulatedTransport) provider.transport()).quarantine(address, uid, reason, harmless);
    }
}
