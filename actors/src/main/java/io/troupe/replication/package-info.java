/**
 * State machine replication (Schneider 1990): the contract between a replicated service and the
 * consensus engine below it. Start with {@link io.troupe.replication.StateMachine} and {@link
 * io.troupe.replication.Replica}.
 *
 * <p>What engines have in common is here, too: {@link io.troupe.replication.WriteAheadLog}, {@link
 * io.troupe.replication.RecoveringReplica}, {@link io.troupe.replication.Applier}, {@link io.troupe.replication.Compaction}
 * with the {@link io.troupe.replication.Snapshots} it writes and deletes, and {@link io.troupe.replication.SettingsSection}.
 *
 * <p>Beside it the tutorial's other parts: {@link io.troupe.replication.voting} (outputs, and clients that mask faulty
 * replicas), {@link io.troupe.replication.sensing} (inputs that replicas agree on), {@link io.troupe.replication.scheduling}
 * (machines that wait for no client), {@link io.troupe.replication.mastership} (operations of several calls at a master), {@link
 * io.troupe.replication.ordering} (order without a leader).
 */
@NullMarked
package io.troupe.replication;

import org.jspecify.annotations.NullMarked;
