package io.troupe.sim.cluster;

import io.troupe.sim.junit.SimulationTest;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/** A bank that keeps its account in memory; run by {@link ClusterSurfaceTest} alone. */
class AForgetfulBank {

    @SimulationTest(seeds = 10, config = TestCluster.SERIALIZATION)
    void forgets(ClusterSimulation sim) {
        ClusterSurfaceTest.deposits(sim, () -> account(0));
    }

    private static Behavior<Account.Command> account(int deposits) {
        return Behaviors.receive(Account.Command.class)
                .onMessage(Account.Deposit.class, deposit -> {
                    deposit.replyTo().tell(new Account.Balance(deposits + 1));
                    return account(deposits + 1);
                })
                .build();
    }
}
