package io.troupe.bench.replication;

import io.troupe.bench.load.Operation;

/** Replicates nothing: one replica, which answers at once. Its JVM starts sooner than any other's. */
public final class StandInEngine implements Engine {

    static final String NAME = "stand-in";

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public int replicas() {
        return 1;
    }

    @Override
    public Replica start(Place place) {
        return new Answering();
    }

    private static final class Answering implements Replica {

        @Override
        public boolean leads() {
            return true;
        }

        @Override
        public Operation put(byte[] command) {
            return read();
        }

        /** On a thread of its own: whoever asks again when it is answered does not do so deeper and deeper. */
        @Override
        public Operation read() {
            return (random, ended) -> new Thread(() -> ended.with(true)).start();
        }

        @Override
        public long syncs() {
            return 0;
        }

        @Override
        public void close() {}
    }
}
