/**
 * The cluster stage: stock Pekko Cluster in virtual time, one actor system a node, all on the calling thread.
 *
 * <pre>
 *   ClusterStage ── the configuration; Pekko's clock calls redirected to VirtualTime, and
 *     │              its comparison of configurations to RememberedConfigurations
 *     └─ ClusterSimulation ── one run of one seed
 *          ├─ ClusterNode n1 ── an actor system a life, a Disk for ever
 *          ├─ ClusterNode n2 …
 *          └─ World ── the run queue, virtual time (shared with the protocol stage)
 *
 *   RemoteActorRef on n1 ── SimulatedTransport.send
 *     └─ Association: handshake, quarantine, system messages numbered and acknowledged
 *          └─ Frame (bytes) ── RemoteNetwork: latency, loss, cuts, order per stream ──► n2
 *               └─ SimulatedTransport.receive ── Association ──► LocalActorRef
 * </pre>
 *
 * <p>Pekko's membership, failure detectors, split-brain resolver, receptionist, singleton, sharding and distributed data
 * run unchanged; only what lies below {@code RemoteTransport} is replaced, after Artery
 * (org.apache.pekko.remote.artery: {@code Association}, {@code Handshake}, {@code SystemMessageDelivery},
 * {@code InboundQuarantineCheck}).
 */
@NullMarked
package io.troupe.sim.cluster;

import org.jspecify.annotations.NullMarked;
