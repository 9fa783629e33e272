package io.troupe.etcd.auth;

import java.security.SecureRandom;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/**
 * etcd's simple tokens: random letters and the log index that created them. Every node learns of each from the log, and
 * forgets it when nobody has used it there for its time to live, when its user is gone or has another password, and when
 * authentication is switched off.
 */
public final class SimpleTokens implements Tokens {

    private static final String LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    private static final int PREFIX_LENGTH = 16;
    /** Tokens kept before those that ran out are looked for. */
    private static final int SWEEP_AT = 1024;

    private record Known(String user, long lastUsedNanos) {}

    private final Map<String, Known> known = new ConcurrentHashMap<>();
    private final SecureRandom random = new SecureRandom();
    private final long timeToLiveNanos;
    private final LongSupplier nanoTime;
    private volatile int sweepAt = SWEEP_AT;

    public SimpleTokens(Duration timeToLive, LongSupplier nanoTime) {
        this.timeToLiveNanos = timeToLive.toNanos();
        this.nanoTime = nanoTime;
    }

    @Override
    public Optional<Caller> caller(String token, AuthState state) {
        Known found = known.computeIfPresent(
                token, (key, before) -> isOver(before) ? null : new Known(before.user(), nanoTime.getAsLong()));
        return Optional.ofNullable(found).map(present -> new Caller(present.user(), state.revision()));
    }

    @Override
    public boolean mayComeToKnow(String token) {
        return !known.containsKey(token);
    }

    private boolean isOver(Known token) {
        return nanoTime.getAsLong() - token.lastUsedNanos() > timeToLiveNanos;
    }

    @Override
    public String newPrefix() {
        var prefix = new StringBuilder(PREFIX_LENGTH);
        for (int i = 0; i < PREFIX_LENGTH; i++) {
            prefix.append(LETTERS.charAt(random.nextInt(LETTERS.length())));
        }
        return prefix.toString();
    }

    @Override
    public String issue(String user, long revision, String replicated) {
        return replicated;
    }

    @Override
    public void onAssigned(String user, String token) {
        known.put(token, new Known(user, nanoTime.getAsLong()));
        if (known.size() > sweepAt) {
            known.values().removeIf(this::isOver);
            sweepAt = Math.max(SWEEP_AT, 2 * known.size());
        }
    }

    @Override
    public void onChanged(AuthState before, AuthState after) {
        if (!after.enabled()) {
            known.clear();
            return;
        }
        known.values().removeIf(token -> {
            AuthState.User user = after.user(token.user());
            AuthState.User earlier = before.user(token.user());
            return user == null || earlier != null && !user.passwordHash().equals(earlier.passwordHash());
        });
    }
}
