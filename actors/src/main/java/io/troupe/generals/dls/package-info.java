/**
 * Consensus with partial synchrony (Dwork, Lynch and Stockmeyer, <em>Consensus in the Presence of Partial Synchrony</em>,
 * JACM 35(2), 1988; Algorithm 1, §3.1): messages may be lost or late as they please until some moment that nobody knows,
 * the global stabilization time GST, and come within a round after it. Fewer than half of the processes may crash. No two
 * ever decide differently; after GST every process that lives decides.
 *
 * <h2>The actors</h2>
 *
 * <pre>
 * PartialSynchrony     one a process; in phase k the one with number k mod n is the coordinator, too
 *   └─ Locks           what it has locked, and what it can therefore accept: a value beside it
 * </pre>
 *
 * <h2>A phase</h2>
 *
 * <pre>
 * round 4k-3   all ─Acceptable──► coordinator      what they have no other lock against
 * round 4k-2   coordinator ─Lock v──► all          n-f of them accept v
 * round 4k-1   all: lock v ─Acknowledged──► coordinator
 *              coordinator: f+1 have: decides v
 * round 4k     all ─Locked──► all                  an older lock on another value is released
 * </pre>
 *
 * <h2>Deviations</h2>
 *
 * <ul>
 *   <li>Rounds are by clocks that begin together and run equally fast (the paper's basic model); its clock
 *       synchronization of §5 is not here.
 *   <li>Two values; Byzantine processes (§3.2, §3.3) are not here.
 * </ul>
 */
@NullMarked
package io.troupe.generals.dls;

import org.jspecify.annotations.NullMarked;
