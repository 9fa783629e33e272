package io.troupe.pbft;

import org.apache.pekko.util.ByteString;

/**
 * For a {@link io.troupe.replication.StateMachine} that needs what its replicas cannot compute alike, such as the time of a
 * request (§4.6): one that is this too is given a value before each batch of requests, the same at every correct replica.
 *
 * <p>The primary chooses it and proposes it with the batch, of whose digest it is part; a backup that does not accept it
 * does not prepare the batch, and when f+1 correct ones do not, the primary loses its view. What has prepared keeps its
 * value through view changes. Null requests have none, and services that are not this have none, at no cost.
 */
public interface NonDeterminism {

    /** How this replica chooses. Asked for once, before anything else. */
    Choice choice();

    /**
     * The value for the commands that come next, agreed on and in order among them, like them: what the machine makes of
     * it follows from the value and the state alone. That holds also for what does not fit the state, such as a time before
     * the last one: replicas "decide deterministically whether the value is correct (and what to do if it is not)" (§4.6).
     * What later commands need of it is part of the machine's state, also when no command came with it.
     */
    void onChosen(ByteString value);

    /**
     * The judgement of one replica, in which correct ones may differ: it rests on this node's own clock, say. It is asked by
     * the actor that takes part in the protocol, while another has the state machine, so it shares nothing with that which
     * changes.
     */
    interface Choice {

        /** As primary, for one batch. */
        ByteString propose();

        /**
         * As backup: whether the primary's value may be the batch's. It is asked again when the pre-prepare comes again. All
         * that a correct primary proposes should be accepted by correct backups, as long as messages are not too late.
         */
        boolean accepts(ByteString value);

        /**
         * Whether this replica can ever have accepted it, in an earlier life too, as far as it knows now: true of all that it
         * did accept, even if it would not any more. For what others say has prepared ({@link Vouching}): were this false too
         * often, a new view could not be decided when a few have forgotten; were it always true, one liar and a view change
         * were enough for any value.
         */
        boolean canHaveAccepted(ByteString value);
    }
}
