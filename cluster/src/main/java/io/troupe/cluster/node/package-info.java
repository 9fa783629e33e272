/**
 * One node: from its configuration to its place in a cluster, and out of it again.
 *
 * <pre>
 *   Node                            one life: data directory, actor system, HTTP; ends with an {@link Ending}
 *   └─ NodeGuardian  /user          its comment says what restarts, what stops, what takes the node down
 *       ├─ Formation   formation    outside → member, or refused
 *       │     Census                what is known of the others, and what follows: wait, join, propose, form
 *       │     Vote                  given to one candidate at a time
 *       │     Alone                 when a life that outlives its cluster ends
 *       ├─ Membership  membership   who comes and goes; takes the place of this id's earlier life
 *       ├─ GroupHost   groups       every consensus group's replica (io.troupe.replication)
 *       ├─ StatusQuery              one for each question: asks all that is hosted, answers in 1.5 s at most
 *       ├─ Leaving                  one at the end: tells every system to leave
 *       └─ SystemGuardian system-…  one for each hosted system
 * </pre>
 *
 * <p>How a cluster is formed where none was, by n1, the first in configuration order:
 *
 * <pre>
 *   n1                         n2                         n3
 *    │ Contact ────────────────▶│                          │    every 250 ms, to every configured member
 *    │ Contact ─────────────────┼─────────────────────────▶│
 *    │ ◀─────────────── Greeting│                          │    "no member; no vote asked"
 *    │ ◀────────────────────────┼───────────────── Greeting│
 *    │ Contact(asksVote) ──────▶│                          │    a majority is in contact, and n1 is its first
 *    │ ◀─────── Greeting(vote)  │                          │    n2 is bound for 6 s, n1 counts it for 2 s
 *    │ forms the cluster        │                          │
 *    │ ◀──────────────── Contact│                          │
 *    │ Greeting(member) ───────▶│ joins n1                 │
 * </pre>
 *
 * <p>A node that was downed goes on with what it hosts, where it runs to rejoin ({@link Lives}): {@link Formation} ends its
 * life when the next one would find a cluster.
 *
 * <p>Whom the cluster downs is for Pekko's split-brain resolver to say; where nothing but consensus groups is hosted, for
 * {@link PatientDowning}, which downs nobody who is in nobody's way ({@link HeldUp}).
 *
 * <p>A node's end is Pekko's coordinated shutdown: systems finish with their clients (service-unbind), leadership is
 * handed over (service-stop), the node leaves the cluster, HTTP closes, the actor system ends, the directory is
 * released.
 *
 * <p>Deviations: no seed nodes, because the first of them may form a second cluster alone; and no safety argument rests
 * on what is here. Two clusters of one name, should both majorities of a changed member list form one, still have one
 * leader a term in each consensus group, whose voters are configured.
 *
 * <p>What a node that does not run has of a consensus group is read by {@link StoppedNode}.
 *
 * <p>Settings: {@code NodeSettings} reads {@code troupe.*}, {@code KnownSettings} refuses what there is not. Start
 * reading at {@code Node}, then {@code NodeGuardian} and {@code Formation}.
 */
@NullMarked
package io.troupe.cluster.node;

import org.jspecify.annotations.NullMarked;
