package io.troupe.chain;

import io.troupe.replication.WriteAheadLog;
import java.util.ArrayDeque;
import java.util.Deque;
import org.apache.pekko.actor.typed.ActorRef;

/** What is on its way to this server's disk, in order, and how far its history is durable, or will be. */
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

    private final ActorRef<WriteAheadLog.Write<LogEvent>> log;
    private final Deque<Write> underWay = new ArrayDeque<>();
    private long tickets;
    private long durable;

    /** @param durable index through which the history was on disk at the start */
    Writes(ActorRef<WriteAheadLog.Write<LogEvent>> log, long durable) {
        this.log = log;
        this.durable = durable;
    }

    /** Index through which the history is on disk. */
    long durable() {
        return durable;
    }

    /** Nothing is on its way. */
    boolean isIdle() {
        return underWay.isEmpty();
    }

    /** Index through which the history is on disk, or on its way there. */
    long issued() {
        return underWay.isEmpty() ? durable : Math.max(durable, underWay.getLast().last);
    }

    /** @param then run when this is on disk, and all before it */
    void write(LogEvent event, Runnable then) {
        underWay.add(new Write(++tickets, Math.max(issued(), lastOf(event)), then));
        log.tell(new WriteAheadLog.Write<>(tickets, event));
    }

    private static long lastOf(LogEvent event) {
        if (event instanceof LogEvent.Logged logged) {
            return logged.updates().last();
        }
        return event instanceof LogEvent.Rebased rebased ? rebased.snapshot().index() : 0;
    }

    /** Runs {@code then} when all so far is on disk. */
    void afterAll(Runnable then) {
        if (underWay.isEmpty()) {
            then.run();
        } else {
            underWay.add(new Write(tickets, issued(), then));
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
