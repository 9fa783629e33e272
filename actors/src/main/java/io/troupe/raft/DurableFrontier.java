package io.troupe.raft;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * How far this replica's disk has come: answers wait here until what they promise is durable (Figure 2,
 * "updated on stable storage before responding to RPCs").
 */
final class DurableFrontier {

    private static final class Write {
        final long ticket;
        long lastIndex;
        final Runnable answer;

        Write(long ticket, long lastIndex, Runnable answer) {
            this.ticket = ticket;
            this.lastIndex = lastIndex;
            this.answer = answer;
        }
    }

    private final Deque<Write> underWay = new ArrayDeque<>();
    private long issued;
    private long durableIndex;

    DurableFrontier(long durableIndex) {
        this.durableIndex = durableIndex;
    }

    /** Everything through this index is durable as it stands in the log now. */
    long durableIndex() {
        return durableIndex;
    }

    /** Everything through this index is durable as it stands in the log now, or will be when what is under way is. */
    long issuedIndex() {
        long index = durableIndex;
        for (Write write : underWay) {
            index = Math.max(index, write.lastIndex);
        }
        return index;
    }

    /** Announces a write that makes the log durable through {@code lastIndex}; gives its ticket. */
    long issue(long lastIndex, Runnable answer) {
        underWay.add(new Write(++issued, lastIndex, answer));
        return issued;
    }

    /** Runs {@code answer} when all that was issued so far is durable. */
    void afterAllIssued(Runnable answer) {
        if (underWay.isEmpty()) {
            answer.run();
        } else {
            underWay.add(new Write(issued, underWay.getLast().lastIndex, answer));
        }
    }

    /** The entries from {@code index} on are replaced: durable or not, they no longer count. */
    void truncatedFrom(long index) {
        durableIndex = Math.min(durableIndex, index - 1);
        underWay.forEach(write -> write.lastIndex = Math.min(write.lastIndex, index - 1));
    }

    void stored(long ticket) {
        while (!underWay.isEmpty() && underWay.getFirst().ticket <= ticket) {
            Write write = underWay.remove();
            durableIndex = Math.max(durableIndex, write.lastIndex);
            write.answer.run();
        }
    }
}
