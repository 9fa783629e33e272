/**
 * Why agreement is hard: impossibility results, as things that one can run and see.
 *
 * <ul>
 *   <li>{@link io.troupe.generals.byzantine}: the Byzantine Generals. With oral messages more than two thirds must be loyal;
 *       with signed ones any number of traitors can be coped with.
 * </ul>
 *
 * The actors know nothing of the simulator: they are given references to their peers, a {@link
 * io.troupe.generals.Chronicle} to write into, and randomness. {@code ./troupe demo generals} plays all of it.
 */
@NullMarked
package io.troupe.generals;

import org.jspecify.annotations.NullMarked;
