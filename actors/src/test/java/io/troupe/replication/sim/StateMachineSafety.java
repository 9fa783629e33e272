package io.troupe.replication.sim;

import java.util.Map;
import java.util.TreeMap;
import org.apache.pekko.util.ByteString;

/**
 * Figure 3, State Machine Safety: if a server has applied a log entry at a given index to its state machine, no other
 * server will ever apply a different log entry for the same index.
 */
public final class StateMachineSafety {

    private final Map<Long, ByteString> applied = new TreeMap<>();

    public void onApplied(String node, long index, ByteString command) {
        ByteString other = applied.putIfAbsent(index, command);
        if (other != null && !other.equals(command)) {
            throw new AssertionError(node + " applied '" + command.utf8String() + "' at index " + index
                    + ", another server '" + other.utf8String() + "'");
        }
    }
}
