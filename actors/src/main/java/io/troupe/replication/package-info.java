/**
 * State machine replication (Schneider 1990): the contract between a replicated service and the
 * consensus engine below it. Start with {@link io.troupe.replication.StateMachine} and {@link
 * io.troupe.replication.Replica}.
 */
@NullMarked
package io.troupe.replication;

import org.jspecify.annotations.NullMarked;
