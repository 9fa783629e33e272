package io.troupe.etcd.gateway;

import io.troupe.etcd.mvcc.FrozenState;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/** Brings a frozen state from the replica's thread to who asked for it: it is no answer that bytes could carry. */
public final class FrozenStates {

    private final ConcurrentHashMap<Long, Consumer<FrozenState>> expected = new ConcurrentHashMap<>();

    /** @param then told once, on the replica's thread, unless the ticket is forgotten before */
    void expect(long ticket, Consumer<FrozenState> then) {
        expected.put(ticket, then);
    }

    void forget(long ticket) {
        expected.remove(ticket);
    }

    /** A state that nobody expects, or a second one for a repeated query, is dropped. */
    public void onFrozen(long ticket, FrozenState state) {
        Consumer<FrozenState> then = expected.remove(ticket);
        if (then != null) {
            then.accept(state);
        }
    }
}
