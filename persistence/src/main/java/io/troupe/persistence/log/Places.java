package io.troupe.persistence.log;

/** Where records lie in a segment, two longs each: offset and span (last − first) packed, then first. */
record Places(long[] packed) {

    static long pack(long offset, int span) {
        return offset << 32 | span;
    }

    int count() {
        return packed.length / 2;
    }

    long offset(int index) {
        return packed[index * 2] >>> 32;
    }

    long first(int index) {
        return packed[index * 2 + 1];
    }

    long last(int index) {
        return first(index) + (int) packed[index * 2];
    }
}
