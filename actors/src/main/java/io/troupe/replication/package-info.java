/**
 * State machine replication (Schneider 1990): the contract between a replicated service and the
 * consensus engine below it. Start with {@link io.troupe.replication.StateMachine} and {@link
 * io.troupe.replication.Replica}.
 *
 * <p>Beside it the tutorial's other parts: {@link io.troupe.replication.voting} (outputs, and clients that mask faulty
 * replicas), {@link io.troupe.replication.sensing} (inputs that replicas agree on), {@link io.troupe.replication.ordering}
 * (order without a leader).
 */
@NullMarked
package io.troupe.replication;

import org.jspecify.annotations.NullMarked;
