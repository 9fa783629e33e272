package io.troupe.persistence.replicated;

import io.troupe.persistence.snapshot.SnapshotContract;
import java.nio.file.Path;

/** A group of one, with parts so small that a large snapshot takes many. */
class ReplicatedSnapshotContractTest extends SnapshotContract {

    @Override
    protected String config(Path directory) {
        return """
                pekko.persistence.snapshot-store.plugin = "troupe.persistence.replicated-snapshot-store"
                troupe.persistence.replicated { dir = "%s", batch-size-max = 64 KiB }
                """
                .formatted(directory);
    }
}
