package io.troupe.replication;

import org.apache.pekko.actor.typed.ActorRef;

/**
 * What an actor does once for all that is in its mailbox: it sends itself a message, and what was there before that goes along.
 * A message between nodes, or a sync, costs many times what one more request adds to it.
 */
public final class Gathering {

    /** So often round the mailbox, where a batch is dear: it passes disks and other nodes, whatever is in it. */
    public static final int ROUNDS_OF_A_BATCH = 8;

    private final Runnable tellSelf;
    private final int roundsMax;
    private boolean underWay;
    private boolean moreCame;
    private int rounds;

    /** @param message upon which the actor asks whether the gathering {@link #isOver} */
    public <M> Gathering(ActorRef<? super M> self, M message) {
        this(self, message, 1);
    }

    /**
     * As long as more came meanwhile it goes round again: clients that were answered together ask again together, one after the
     * other. What it waits for is worth it where a batch is dear.
     *
     * @param roundsMax so often at most, 1 or more
     */
    public <M> Gathering(ActorRef<? super M> self, M message, int roundsMax) {
        this.tellSelf = () -> self.tell(message);
        this.roundsMax = roundsMax;
    }

    /** There is something to do, and what else is in the mailbox may go along. */
    public void add() {
        moreCame = true;
        if (!underWay) {
            underWay = true;
            rounds = 0;
            nextRound();
        }
    }

    private void nextRound() {
        moreCame = false;
        rounds++;
        tellSelf.run();
    }

    /**
     * The message has come.
     *
     * @return whether it is to be done now; else the message comes again
     */
    public boolean isOver() {
        if (moreCame && rounds < roundsMax) {
            nextRound();
            return false;
        }
        underWay = false;
        return true;
    }
}
