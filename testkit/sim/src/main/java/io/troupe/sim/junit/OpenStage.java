package io.troupe.sim.junit;

import com.typesafe.config.ConfigFactory;
import io.troupe.sim.FaultFilter;
import io.troupe.sim.SimulatedRun;
import io.troupe.sim.Simulation;
import io.troupe.sim.Stage;
import io.troupe.sim.cluster.ClusterStage;

/** A stage that runs one seed after another; which one, a test says by the type of its parameter. */
interface OpenStage extends AutoCloseable {

    /** Not its class: without Pekko Cluster on the class path there is none. */
    String CLUSTER_SIMULATION = "io.troupe.sim.cluster.ClusterSimulation";

    SimulatedRun<?> simulate(long seed, FaultFilter faults, FaultFilter clients);

    @Override
    void close();

    static boolean isFor(Class<?> parameter) {
        return parameter == Simulation.class || parameter.getName().equals(CLUSTER_SIMULATION);
    }

    static OpenStage of(Class<?> parameter, String config) {
        return parameter == Simulation.class ? new OfProtocols(config) : new OfClusters(config);
    }

    /** The protocol stage. */
    final class OfProtocols implements OpenStage {
        private final Stage stage;

        private OfProtocols(String config) {
            stage = Stage.open(ConfigFactory.parseString(config));
        }

        @Override
        public SimulatedRun<?> simulate(long seed, FaultFilter faults, FaultFilter clients) {
            return stage.simulate(seed, faults, clients);
        }

        @Override
        public void close() {
            stage.close();
        }
    }

    /** The cluster stage. */
    final class OfClusters implements OpenStage {
        private final ClusterStage stage;

        private OfClusters(String config) {
            stage = ClusterStage.open(config);
        }

        @Override
        public SimulatedRun<?> simulate(long seed, FaultFilter faults, FaultFilter clients) {
            return stage.simulate(seed, faults, clients);
        }

        @Override
        public void close() {
            stage.close();
        }
    }
}
