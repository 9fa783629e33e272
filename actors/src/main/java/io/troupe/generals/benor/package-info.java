/**
 * Randomized consensus (Ben-Or, <em>Another Advantage of Free Choice: Completely Asynchronous Agreement Protocols</em>,
 * PODC 1983, Protocol A): n processes, fewer than half of which may crash, agree on 0 or 1 with no clock at all. It ends
 * with probability 1, whoever delivers the messages.
 *
 * <h2>The actors</h2>
 *
 * <pre>
 * BenOr              one a process
 *   └─ BenOrProcess  its state, a value; Votes: what may be concluded from what others say
 * </pre>
 *
 * <h2>A round, n = 3 and f = 1</h2>
 *
 * <pre>
 * step 1   every process ─Report x──────────────► all
 * step 2   having n-f reports:    ─Proposal v───► all     more than n/2 of them say v; else "?"
 * step 3   having n-f proposals:  more than f of v: decide v ─Decided v─► all
 *                                 any of v: x := v      none: x := the coin      and the next round
 * </pre>
 *
 * <h2>Deviations</h2>
 *
 * <ul>
 *   <li>Who has decided says so and stops, where the paper's processes go on for ever; who hears it decides the same.
 *   <li>When more than n-f messages of a step are there, all are looked at.
 *   <li>Protocol B, for n > 5f processes of which f are Byzantine, is not here.
 * </ul>
 */
@NullMarked
package io.troupe.generals.benor;

import org.jspecify.annotations.NullMarked;
