package io.troupe.bench.journal;

/**
 * What is written.
 *
 * @param actors persistent actors that write at the same time, each its next event when the last is durable
 * @param eventBytes bytes of one event, before the journal adds its own
 */
record Load(int actors, int eventBytes) {}
