/**
 * Two Generals (Akkoyunlu, Ekanadham and Huber, <em>Some Constraints and Trade-offs in the Design of Network
 * Communications</em>, SOSP 1975; named by Gray, <em>Notes on Data Base Operating Systems</em>, 1978): no number of
 * acknowledgements makes two sides sure of each other over a channel that may lose.
 *
 * <h2>The actors</h2>
 *
 * <pre>
 * AlliedGeneral "a"       the one who wants to attack
 * AlliedGeneral "b"       the other
 * </pre>
 *
 * <h2>Two acknowledgements, nothing lost</h2>
 *
 * <pre>
 * a ─Messenger 0: "attack at dawn"──► b
 * a ◄─Messenger 1: "I know"────────── b
 * a ─Messenger 2: "I know you know"─► b
 * dawn: each attacks, having heard all that it was to hear
 * </pre>
 *
 * Who sends the last messenger attacks without an answer, and who was to hear it does not attack if it is caught. Had the
 * last messenger no effect on what its receiver does, it could be left out; so take the shortest protocol, and there is
 * none. With luck counted in ({@link io.troupe.generals.two.Odds}) more copies of a message help, and more
 * acknowledgements turn defeats into attacks that never happen.
 *
 * <h2>Deviations</h2>
 *
 * <ul>
 *   <li>Dawn is a timer of each, long enough for every messenger who is not caught; both clocks are right.
 *   <li>A message goes when the one before has come, and is not sent again: that would be another number of copies.
 * </ul>
 */
@NullMarked
package io.troupe.generals.two;

import org.jspecify.annotations.NullMarked;
