/**
 * Judges of histories. A {@link io.troupe.sim.checker.HistoryRecorder} writes down what clients saw, a {@link
 * io.troupe.sim.checker.Model} says what one copy of the object would do, and {@link
 * io.troupe.sim.checker.Linearizability} decides whether the first could have come from the second (Herlihy &amp; Wing,
 * <em>Linearizability: a correctness condition for concurrent objects</em>, TOPLAS 1990).
 *
 * <pre>
 *   client threads ── invoke / ok / fail / unknown ──► HistoryRecorder ── history() ──► History
 *                                                                                        │ Model.partition
 *                                          Verdict ◄── Linearizability.check ◄───────────┘
 * </pre>
 *
 * <p>Depends on the JDK alone. Start with {@link io.troupe.sim.checker.Models}.
 */
@NullMarked
package io.troupe.sim.checker;

import org.jspecify.annotations.NullMarked;
