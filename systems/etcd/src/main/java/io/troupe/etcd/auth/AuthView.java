package io.troupe.etcd.auth;

import io.troupe.etcd.EtcdError;
import java.util.Optional;

/** What a node's threads may know of the auth state without asking: as of the last command applied here. */
public final class AuthView {

    /**
     * What a client shows of itself.
     *
     * @param certificateName the common name of its verified certificate
     */
    public record Credentials(Optional<String> token, Optional<String> certificateName) {
        public static final Credentials NONE = new Credentials(Optional.empty(), Optional.empty());
    }

    private final Tokens tokens;
    private volatile AuthState state = AuthState.INITIAL;

    public AuthView(Tokens tokens) {
        this.tokens = tokens;
    }

    public AuthState state() {
        return state;
    }

    public Tokens tokens() {
        return tokens;
    }

    /** Called by the state machine's thread. */
    public void onChanged(AuthState now) {
        AuthState before = state;
        state = now;
        tokens.onChanged(before, now);
    }

    /** Whether what this node has yet to apply may make the credentials' token known. */
    public boolean mayComeToKnow(Credentials credentials) {
        return credentials.token().filter(tokens::mayComeToKnow).isPresent();
    }

    /** Empty when there is a token that this node does not know ({@link EtcdError#INVALID_AUTH_TOKEN}). */
    public Optional<Caller> caller(Credentials credentials) {
        AuthState now = state;
        if (credentials.token().isPresent()) {
            return tokens.caller(credentials.token().get(), now);
        }
        return Optional.of(credentials
                .certificateName()
                .map(name -> new Caller(name, now.revision()))
                .orElse(Caller.NOBODY));
    }
}
