package io.troupe.etcd.mvcc;

import io.troupe.etcd.auth.AuthState;
import io.troupe.etcd.members.Roster;
import java.util.List;
import java.util.function.Supplier;

/**
 * Told, on the replica's own thread and in order, what the state machine has done: how watches and the lessor
 * of the same node follow it; who follows one thing alone is told of the rest and does nothing. Must return at once and never
 * throws; nothing it does enters the state.
 */
public interface StoreListener {

    /** The store reached {@code revision} by these changes; there is at least one. */
    default void onChanges(long revision, List<Change> changes) {}

    /** @param grantedAt log index of the grant */
    default void onLeaseGranted(long id, long ttlSeconds, long grantedAt) {}

    default void onLeaseRevoked(long id) {}

    /**
     * The whole state was replaced by a snapshot. Changes that led to it are in its history, as far as not compacted.
     *
     * @param leases all there are, without their keys
     */
    default void onRestored(long revision, List<LeaseFacts> leases) {}

    /** Users, roles or whether they matter are others now; also told after {@link #onRestored}. */
    default void onAuthChanged(AuthState state) {}

    /** The user gave the right password, and gets this token. */
    default void onAuthenticated(String user, String token) {}

    /** @param bytes accounted size of all that is kept, after something was applied */
    default void onSize(long bytes) {}

    /** Others are raised now; also told after {@link #onRestored}. */
    default void onAlarmsChanged(Alarms alarms) {}

    /** The members are others now; also told after {@link #onRestored}. */
    default void onRosterChanged(Roster roster) {}

    /**
     * The log has come to a point at which states are compared.
     *
     * @param state freezes the state there; to be called at once or not at all
     */
    default void onHashPoint(long id, Supplier<FrozenState> state) {}

    /** What a leader's state is at that point. */
    default void onHashClaim(long id, int hash) {}

    /**
     * What {@link Queries#freeze} asked for.
     *
     * @param ticket tells askers apart
     */
    default void onFrozen(long ticket, FrozenState state) {}

    /** For replicas nobody follows. */
    StoreListener NONE = new StoreListener() {};
}
