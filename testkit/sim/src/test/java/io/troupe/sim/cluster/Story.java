package io.troupe.sim.cluster;

/** A run of stock Pekko features with its faults and its checks, to be told for many seeds, and again for the same ones. */
interface Story {

    /** What the stage is opened with. */
    String config();

    void tell(ClusterSimulation sim);

    /** @return the fingerprint of the run */
    default long run(ClusterStage stage, long seed) {
        try (var sim = stage.simulate(seed)) {
            tell(sim);
            return sim.fingerprint();
        }
    }

    default void run(int seeds) {
        try (var stage = ClusterStage.open(config())) {
            for (int seed = 0; seed < seeds; seed++) {
                run(stage, seed);
            }
        }
    }
}
