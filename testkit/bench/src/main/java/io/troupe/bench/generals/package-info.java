/**
 * {@code troupe demo generals}: the impossibility results of {@code io.troupe.generals}, carried out by the simulator on one
 * thread, printed, and written as space-time diagrams.
 *
 * <pre>
 * GeneralsDemoCommand
 *   ├─ TwoGeneralsScene          the shortest way to disaster for 0, 1, 2, … acknowledgements; what luck does
 *   ├─ ByzantineScene            three generals fail, four do not, three with signatures do not; what it costs
 *   ├─ FlpScene                  which initial configurations are bivalent; a schedule without a decision, and luck
 *   └─ PartialSynchronyScene     chaos until GST, and a decision after it
 * </pre>
 */
@NullMarked
package io.troupe.bench.generals;

import org.jspecify.annotations.NullMarked;
