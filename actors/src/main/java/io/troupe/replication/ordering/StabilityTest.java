package io.troupe.replication.ordering;

import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.LongSupplier;

/** Whether no request with a lower identifier can come any more (§3.2), where clients make identifiers. */
public interface StabilityTest {

    /** This has come from the client that made it, and not from who relays it. */
    void received(Uid uid);

    /** The client has failed, and nothing more of it will come. */
    void failed(String client);

    boolean isStable(Uid uid);

    /** §3.2.1, Logical Clock Stability Test: a request with a higher identifier has come from every client that lives. */
    static StabilityTest logicalClocks(Collection<String> clients) {
        return new StabilityTest() {
            private final TreeSet<String> living = new TreeSet<>(clients);
            private final Map<String, Uid> latest = new TreeMap<>();

            @Override
            public void received(Uid uid) {
                latest.put(uid.by(), uid); // Links are FIFO: it is the client's highest.
            }

            @Override
            public void failed(String client) {
                living.remove(client);
            }

            @Override
            public boolean isStable(Uid uid) {
                return living.stream()
                        .allMatch(client -> latest.containsKey(client) && !uid.isAfter(latest.get(client)));
            }
        };
    }

    /**
     * §3.2.2, Real-time Clock Stability Test: it is older than Δ by this replica's clock.
     *
     * @param now milliseconds
     * @param deltaMillis what delivery to all takes at most, relaying included, and how far clocks are apart at most
     */
    static StabilityTest synchronizedClocks(LongSupplier now, long deltaMillis) {
        return new StabilityTest() {
            @Override
            public void received(Uid uid) {}

            @Override
            public void failed(String client) {}

            @Override
            public boolean isStable(Uid uid) {
                return uid.time() < now.getAsLong() - deltaMillis;
            }
        };
    }
}
