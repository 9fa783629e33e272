/**
 * Why agreement is hard: impossibility results, as things that one can run and see.
 *
 * <ul>
 *   <li>{@link io.troupe.generals.byzantine}: the Byzantine Generals. With oral messages more than two thirds must be loyal;
 *       with signed ones any number of traitors can be coped with.
 *   <li>{@link io.troupe.generals.two}: the Two Generals. No number of acknowledgements is enough.
 *   <li>{@link io.troupe.generals.flp}: without a clock and without luck a schedule exists on which nothing is ever decided.
 *   <li>{@link io.troupe.generals.benor}: with luck everything is decided, with probability 1.
 *   <li>{@link io.troupe.generals.dls}: with clocks that are right from some time on, everything is decided after it.
 * </ul>
 *
 * The actors know nothing of the simulator: they are given references to their peers, a {@link
 * io.troupe.generals.Chronicle} to write into, and randomness. {@code ./troupe demo generals} plays all of it.
 */
@NullMarked
package io.troupe.generals;

import org.jspecify.annotations.NullMarked;
