package io.troupe.chain;

import java.util.ArrayDeque;
import java.util.Deque;
import org.apache.pekko.actor.typed.ActorRef;

/** What is on its way to this server's disk, in order, and how far its history is durable. */
final class Writes {

    private static final class Write {
        final long ticket;
        final Runnable then;
        long last;

        Write(long ticket, long last, Runnable then) {
            this.ticket = ticket;
            this.last = last;
            this.then = then;
        }
    }

    private final ActorRef<ChainLog.Write> log;
    private final History history;
    private final Deque<Write> underWay = new ArrayDeque<>();
    private long issued;
    private long durable;

    Writes(ActorRef<ChainLog.Write> log, History history) {
        this.log = log;
        this.history = history;
        this.durable = history.lastIndex();
    }

    /** Index through which the history is on disk. */
    long durable() {
        return durable;
    }

    /** @param then run when this, and with it the history as it is now, is on disk */
    void write(LogEvent event, Runnable then) {
        underWay.add(new Write(++issued, history.lastIndex(), then));
        log.tell(new ChainLog.Write(issued, event));
    }

    /** Runs {@code then} when all so far is on disk. */
    void afterAll(Runnable then) {
        if (underWay.isEmpty()) {
            then.run();
        } else {
            underWay.add(new Write(issued, underWay.getLast().last, then));
        }
    }

    /** The history has nothing beyond {@code index} any more. */
    void truncatedAfter(long index) {
        durable = Math.min(durable, index);
        underWay.forEach(write -> write.last = Math.min(write.last, index));
    }

    void onStored(long ticket) {
        while (!underWay.isEmpty() && underWay.getFirst().ticket <= ticket) {
            Write write = underWay.remove();
            durable = Math.max(durable, write.last);
            write.then.run();
        }
    }
}
