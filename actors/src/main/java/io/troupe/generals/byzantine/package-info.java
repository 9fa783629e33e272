/**
 * The Byzantine Generals (Lamport, Shostak and Pease, ACM TOPLAS 4(3), 1982): a commander sends an order to lieutenants so
 * that all loyal ones obey the same (IC1), and obey a loyal commander (IC2), whatever up to m traitors do.
 *
 * <h2>The actors of one node</h2>
 *
 * <pre>
 * General                    one per node: keeps the rounds, writes its name on its letters
 *   ├─ Role                  what it knows and concludes: OralCommander or OralLieutenant (OM(m), §3),
 *   │                        SignedCommander or SignedLieutenant (SM(m), §4). Values, no actors
 *   └─ Allegiance            loyal, or a traitor's: what is really sent (OralTreason, SignedTreason)
 * </pre>
 *
 * <h2>OM(1) among four, when all are loyal</h2>
 *
 * <pre>
 * round 1   g0 ─"g0: ATTACK"─────► g1, g2, g3          n-1 messages
 * round 2   g1 ─"g0:g1: ATTACK"──► g2, g3              n-1 times n-2 messages
 *           g2 ─"g0:g2: ATTACK"──► g1, g3
 *           g3 ─"g0:g3: ATTACK"──► g1, g2
 * the end   each: majority(what g0 said, what the others say g0 said)
 * </pre>
 *
 * With m traitors OM(m) needs more than 3m generals (§2; Theorem 1), SM(m) any number (Theorem 2; with fewer than m+2 there
 * is nobody to agree with).
 *
 * <h2>Deviations</h2>
 *
 * <ul>
 *   <li>The n-1, (n-1)(n-2), … executions within OM(m) run side by side, told apart by the path in each message, in m+1
 *       rounds; the recursion is in {@link io.troupe.generals.byzantine.OralTree}.
 *   <li>A2, that the receiver knows the sender, holds because a traitor's Allegiance acts above the {@link
 *       io.troupe.generals.byzantine.General} that names the sender. Across machines it takes authenticated connections.
 *   <li>A3, that absence is noticed, is by rounds of a fixed length and clocks that begin together (§6).
 *   <li>A signature does not say in which battle it was given: a second battle needs other keys.
 *   <li>Orders are two; the general graphs of §5 are not here.
 * </ul>
 *
 * <p>Start reading with {@link io.troupe.generals.byzantine.OralTree} and {@link
 * io.troupe.generals.byzantine.SignedLieutenant}.
 */
@NullMarked
package io.troupe.generals.byzantine;

import org.jspecify.annotations.NullMarked;
