package io.troupe.sim;

import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/**
 * Independent random streams of one seed, by label. Who draws more from one stream changes nothing in the others, so a
 * run with a fault taken out stays comparable to the run with it.
 */
final class RandomStreams {

    private final long seed;

    RandomStreams(long seed) {
        this.seed = seed;
    }

    RandomGenerator derive(String label) {
        long hash = 0xCBF29CE484222325L;
        for (int i = 0; i < label.length(); i++) {
            hash = (hash ^ label.charAt(i)) * 0x100000001B3L;
        }
        return new SplittableRandom(mix(seed ^ mix(hash)));
    }

    /** A bijection that spreads near seeds far apart (the finalizer of MurmurHash3). */
    static long mix(long value) {
        long mixed = (value ^ (value >>> 33)) * 0xFF51AFD7ED558CCDL;
        mixed = (mixed ^ (mixed >>> 33)) * 0xC4CEB9FE1A85EC53L;
        return mixed ^ (mixed >>> 33);
    }
}
