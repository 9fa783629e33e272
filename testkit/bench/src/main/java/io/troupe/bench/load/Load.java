package io.troupe.bench.load;

/**
 * What is asked of a peer.
 *
 * @param title as the table names it
 * @param outstanding operations under way at the same time
 */
public record Load(String title, int valueBytes, int outstanding) {}
