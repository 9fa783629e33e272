package io.troupe.bench.replication;

import io.troupe.cluster.node.KeyFiles;
import io.troupe.pbft.PbftEngine;
import io.troupe.pbft.PbftSettings;
import java.nio.file.Path;
import java.util.List;

/** Our PBFT: four replicas, which bear one that lies, with real keys. */
public final class TroupePbft implements Engine {

    private static final String KEYS = "keys";

    @Override
    public String name() {
        return PbftEngine.NAME;
    }

    @Override
    public int replicas() {
        return 4;
    }

    @Override
    public void prepare(Path folder, List<String> names) {
        KeyFiles.generate(folder.resolve(KEYS), names);
    }

    @Override
    public Replica start(Place place) throws Exception {
        Path keys = place.folder().resolveSibling(KEYS);
        return TroupeReplica.start(
                place,
                (config, storage) -> new PbftEngine(
                        PbftSettings.from(config),
                        storage,
                        KeyFiles.read("the keys of the bench", keys, place.name(), place.names()),
                        System::nanoTime));
    }
}
