/**
 * Who belongs to the cluster, as etcd's Cluster service shows and changes it.
 *
 * <pre>
 *   MemberAdd ▶ {@link io.troupe.etcd.members.Registrar} ▶ log ▶ EtcdStateMachine: {@link io.troupe.etcd.members.Roster}
 *                                                                  │ what is asked for
 *   the leader's Registrar, again and again:                       ▼
 *     {@link io.troupe.etcd.members.Alignment} ◀── who belongs to the consensus group, who has been heard
 *        └─▶ one step: a member has started, a node learns, a learner votes, a node goes
 * </pre>
 *
 * <p>Two things are changed here, each through the log: the roster, which knows a member by a number and by where it
 * will be reached, and the consensus group, which knows nodes by their stable ids. The roster says what is asked for; the
 * leader's registrar brings the group in line with it, one step at a time, so that a leader that fails halfway leaves
 * nothing to undo.
 *
 * <p>Deviates: a member that was added counts for the quorum from when it runs and has caught up, not from when it was
 * added: it is a learner of the group until then, whatever the roster says, so that adding one costs no availability.
 */
@NullMarked
package io.troupe.etcd.members;

import org.jspecify.annotations.NullMarked;
