/**
 * Machines that wait for no client (Schneider, <em>Implementing Fault-Tolerant Services Using the State Machine
 * Approach</em>, ACM Computing Surveys 1990, §5.2, defensive programming): who acquires a lock and fails must not keep it for
 * ever. So a machine, when it grants, <em>schedules</em> a request of its own for later, which comes back through the order
 * like any other, and every replica revokes at the same point of it. {@link io.troupe.replication.scheduling.Mutex} is the
 * paper's resource, {@link io.troupe.replication.scheduling.SchedulingMachine} its {@code schedule}, for any service.
 *
 * <pre>
 *  node n1                                                                    node n2, n3 alike
 *  client ─acquire─► Replica ══ the log ══► SchedulingMachine ─apply─► Mutex  granted: as number 7
 *                                             │  Agenda: 7  ◄─schedule(timeout, B)─┘
 *                                             └─Set(7, B)─► AlarmClock
 *                                                             │ B later, by this node's clock, and again until Clear(7)
 *                        Replica ◄─Submit(due 7)─ SessionClient ◄─┘
 *                           ║ the log
 *                           ╚═════════════► SchedulingMachine ─due(7, timeout)─► Mutex   revoked, granted to the next
 *                                             │  Agenda: without 7
 *                                             └─Clear(7)─► AlarmClock
 * </pre>
 *
 * <p>Every node's alarm clock submits, for any may be down: of what they say about one number the first that is executed
 * counts, and the others find nothing. All that they say is a number: the request is the state's. When the client has released
 * in time, the number is off the agenda, and a late one revokes nothing, least of all the grant of the next.
 *
 * <p>Time enters in one place: an alarm clock begins to count when its node executes what schedules, which is after that was
 * ordered. So with clocks that are fast by no more than a share ρ nothing comes before B/(1+ρ). It comes once some node has
 * been up for as long as its clock takes for B, and is heard by a quorum: a node that starts again begins anew.
 *
 * <p>Where nodes lie, one that submits can be early, and have a lock revoked of a client that has done nothing wrong; the order
 * of grants remains, and their numbers tell the later from the earlier. Over PBFT {@code io.troupe.pbft.AgreedSchedule} has the
 * replicas check against the time that they agree on, and a number that comes early does nothing: how early it can be is then
 * the primary's matter, within what the backups let pass.
 *
 * <p>What is scheduled can be called off ({@link io.troupe.replication.scheduling.Scheduler#cancel}), and is at a release: so the
 * agenda of a lock never has more than one number, however fast clients acquire and release, and a client that releases in time
 * costs the log nothing more.
 *
 * <p>Deviates: the paper's machine tells the next client when it is granted. Ours answers only what it is asked, so who waits
 * asks again.
 */
@NullMarked
package io.troupe.replication.scheduling;

import org.jspecify.annotations.NullMarked;
