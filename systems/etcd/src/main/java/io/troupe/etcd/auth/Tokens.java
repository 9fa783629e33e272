package io.troupe.etcd.auth;

import java.util.Optional;

/** How a node knows its clients again after they have said who they are. Used by many threads. */
public interface Tokens {

    /** Whose token it is, if it is one of this node's knowing. */
    Optional<Caller> caller(String token, AuthState state);

    /** Whether it is not of this node's knowing, but may be when the node has applied more. */
    boolean mayComeToKnow(String token);

    /** What a new token begins with, chosen before it is replicated; empty when a token needs no replication. */
    String newPrefix();

    /**
     * The token for a user who gave the right password under {@code revision}.
     *
     * @param replicated what the store made of {@link #newPrefix}
     */
    String issue(String user, long revision, String replicated);

    /** The store on this node has made {@code token} {@code user}'s. */
    void onAssigned(String user, String token);

    /** The auth state on this node is another. */
    void onChanged(AuthState before, AuthState after);
}
