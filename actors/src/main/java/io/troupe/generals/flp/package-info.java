/**
 * "No consensus protocol is totally correct in spite of one fault" (Fischer, Lynch and Paterson, <em>Impossibility of
 * Distributed Consensus with One Faulty Process</em>, JACM 32(2), 1985), carried out against a protocol that is as good as
 * a deterministic one can be: {@link io.troupe.generals.benor} with coins that always show the same. It is safe always, and
 * ends whenever any one process is dead or slow; and yet a schedule exists, without a crash and with every message
 * delivered, on which it never ends.
 *
 * <h2>What runs</h2>
 *
 * <pre>
 * BenOr × 3                  the actors, under any schedule
 *   └─ BenOrProcess          the same states as values
 * Configuration (§2)         three of them and what is under way
 *   ├─ Valency (§3)          0-valent, 1-valent or bivalent: by visiting all that is reachable
 *   ├─ Adversary             Lemma 3: a schedule that delivers a given message and stays bivalent
 *   └─ AdmissibleRun         Theorem 1: stage after stage of it
 * </pre>
 *
 * Lemma 2 (there is a bivalent initial configuration) and Lemma 3 are statements about all configurations of all protocols;
 * here they are checked for all configurations of this one. The schedule is given as events, so that it can be played to
 * the actors.
 *
 * <h2>Deviations</h2>
 *
 * <ul>
 *   <li>Messages between two processes keep their order, and nobody is told that nothing has come (∅): the adversary here
 *       has less freedom than the paper's.
 *   <li>An initial configuration is one in which every process has begun.
 *   <li>A process that has decided says so and stops.
 * </ul>
 *
 * <p>Start reading with {@link io.troupe.generals.flp.Configuration}.
 */
@NullMarked
package io.troupe.generals.flp;

import org.jspecify.annotations.NullMarked;
