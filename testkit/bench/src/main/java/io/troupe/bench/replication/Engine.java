package io.troupe.bench.replication;

import io.troupe.bench.load.Operation;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;

/** A way to replicate a state machine, found by {@link java.util.ServiceLoader}. */
public interface Engine {

    /** As {@code --engines} names it. */
    String name();

    /** What its JVMs need besides the options of a node's. */
    default List<String> jvmOptions() {
        return List.of();
    }

    /** How many there are: as many as bear one that fails. */
    default int replicas() {
        return 3;
    }

    /** Called once, before any replica is started. {@code folder} has those of the replicas in it. */
    default void prepare(Path folder, List<String> names) {}

    /** Starts this process's replica of the only group; it finds the others by itself. */
    Replica start(Place place) throws Exception;

    /**
     * Where a replica belongs.
     *
     * @param index of the replica, from 0
     * @param ports of all replicas on loopback, in their order
     * @param folder this replica's own
     */
    record Place(int index, List<Integer> ports, Path folder) {

        /** Stable names of all replicas. */
        List<String> names() {
            return names(ports.size());
        }

        static List<String> names(int count) {
            return IntStream.range(0, count).mapToObj(i -> "r" + i).toList();
        }

        String name() {
            return names().get(index);
        }

        int port() {
            return ports.get(index);
        }
    }

    /** One replica, whose state machine is a {@link Tally}. */
    interface Replica extends AutoCloseable {

        /** Whether it would take operations now. */
        boolean leads();

        /** Has a command ordered and applied; told when it is durable on a quorum and applied here. */
        Operation put(byte[] command);

        /** A linearizable read here. */
        Operation read();

        /** Syncs of its log so far; 0 where that is not known. */
        long syncs();
    }
}
