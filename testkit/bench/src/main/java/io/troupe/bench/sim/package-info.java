/**
 * {@code troupe bench sim}: how many seconds of virtual time the simulator runs in one second, on both of its stages, by
 * nodes and faults.
 */
@NullMarked
package io.troupe.bench.sim;

import org.jspecify.annotations.NullMarked;
