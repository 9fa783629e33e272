/**
 * Operations of several calls, at a master (Chandra, Griesemer, Redstone, <em>Paxos Made Live</em>, PODC 2007, §5.3): the
 * replica that leads does something on what it has read before, and may have lost the lead in between; worse, it may have it
 * back, and not know that another led meanwhile. So mastership is counted in <em>epochs</em>. The number of the epoch is
 * replicated state; what is begun in an epoch carries its number, commands and queries alike, and does nothing in another.
 *
 * <pre>
 *  a service on node n1
 *   │ Ask ─► Mastership ◄─Status── Replica        the log
 *   │          └─Begin(n1, term 4)──────────────► 7: begin   ─► MastershipMachine   epoch 4 of n1
 *   │ ◄─Held(4)┘
 *   └─under(4, command)─────────────────────────► 8: command ─► MastershipMachine ─► the service's machine
 *
 *  node n2 leads, and begins                      9: begin   ─► MastershipMachine   epoch 5 of n2
 *
 *  a service on node n1, late
 *   └─under(4, command)────────────────────────► 10: command ─► MastershipMachine   Ended(5, n2): nothing was done
 * </pre>
 *
 * <p>A node that asks {@link io.troupe.replication.mastership.Mastership} twice and is told the same number was master all the
 * time in between: no other was in the order of the log. And as long as no other was it is told the same number, also when the
 * engine's own number for its lead is raised (a ballot of Multi-Paxos that was refused for a higher one): the epoch is the term,
 * ballot or epoch of the engine in which it <em>began</em>.
 *
 * <p>It is for engines whose leaders do not lie. Under PBFT a primary is not to be believed, least of all alone.
 *
 * <p>Deviates: Live has the epoch checked by the database below Chubby; here that is
 * {@link io.troupe.replication.mastership.MastershipMachine}, around any service, over any engine. One operation whose outcome
 * the master was not told may still be carried out in its epoch, after later ones: it is to be repeated until it is answered.
 */
@NullMarked
package io.troupe.replication.mastership;

import org.jspecify.annotations.NullMarked;
