package io.troupe.sim.explore;

import com.typesafe.config.Config;
import io.troupe.sim.Stage;
import org.jspecify.annotations.Nullable;

/** One stage for run after run; a new one after a run that failed, whatever that left behind. */
final class StageKeeper implements AutoCloseable {

    private final Config config;
    private @Nullable Stage open;

    StageKeeper(Config config) {
        this.config = config;
    }

    Stage stage() {
        if (open == null) {
            open = Stage.open(config);
        }
        return open;
    }

    void discard() {
        var failed = open;
        open = null;
        if (failed != null) {
            try {
                failed.close();
            } catch (RuntimeException | AssertionError e) {
                System.err.println("the stage of a failed run could not be taken down: " + e);
            }
        }
    }

    @Override
    public void close() {
        discard();
    }
}
