/**
 * Judges transactional isolation from what clients observed, in the manner of Elle (Kingsbury &amp; Alvaro, <em>Elle:
 * Inferring Isolation Anomalies from Experimental Observations</em>, VLDB 2020), over the anomalies of Adya (<em>Weak
 * Consistency</em>, 1999).
 *
 * <pre>
 *   Txn … ── ListAppend / RwRegister ──► version orders ──► DependencyGraph (ww, wr, rw, process, realtime)
 *                  │                                              │ CycleSearch: components, then shortest cycles
 *                  └─ G1a, G1b, internal, lost update, …          └─ G0, G1c, G-single, G-nonadjacent, G2-item
 *                                   └──────────────► IsolationVerdict ◄──────────────┘
 * </pre>
 *
 * <p>Sound, not complete: an anomaly found is one (or worse happened), but what no read shows cannot be found. Written
 * values must be unique for each key. Start with {@link io.troupe.sim.checker.isolation.Isolation}.
 */
@NullMarked
package io.troupe.sim.checker.isolation;

import org.jspecify.annotations.NullMarked;
