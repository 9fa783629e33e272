package io.troupe.sim;

import org.apache.pekko.actor.ActorRef;
import org.jspecify.annotations.Nullable;

/** Why something is to happen later: what a {@link Steering} can choose from. */
sealed interface Cause {

    Cause SCRIPTED = new Scripted();

    /**
     * A message arrives.
     *
     * @param isCopy whether it is the second of a doubled message, which the order of its pair of nodes does not bind
     */
    record Arrival(
            String from,
            Host to,
            ActorRef receiver,
            Object message,
            boolean isCopy,
            @Nullable Flight flight,
            Runnable again)
            implements Cause {}

    /** A timer that code of this host has set. */
    record Timeout(Host host, Runnable work) implements Cause {}

    /** A disk has done what it was asked. */
    record DiskDone(Host host) implements Cause {}

    /** A step of the test's own schedule. */
    record Scripted() implements Cause {}
}
