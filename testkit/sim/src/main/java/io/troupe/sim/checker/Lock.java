package io.troupe.sim.checker;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A lock. Knossos's {@code mutex} does not ask who holds it: whoever releases frees it. With owners, only the holder may
 * release. With fencing, every acquisition answers a token, greater than all before it (Kleppmann, <em>How to do
 * distributed locking</em>; Chubby's sequencers). Free at first.
 */
public final class Lock implements Model<Lock.State, Lock.Input, Lock.Output> {

    public sealed interface Input permits Acquire, Release {
        Object owner();
    }

    public record Acquire(Object owner) implements Input {}

    public record Release(Object owner) implements Input {}

    public sealed interface Output permits Done, Refused, Token {}

    public record Done() implements Output {}

    /** It could not be done: the lock was held by somebody, or not by who wanted to release it. */
    public record Refused() implements Output {}

    public record Token(long token) implements Output {}

    /**
     * @param holder empty when it is free
     * @param token the greatest given out
     * @param orGreater how many acquisitions of unknown outcome, each of which gave out an unknown greater one
     */
    public record State(Optional<Object> holder, long token, int orGreater) {
        @Override
        public String toString() {
            return holder.map(owner -> "held by " + owner).orElse("free")
                    + (token == Long.MIN_VALUE ? "" : ", last token " + token)
                    + (orGreater > 0 ? " or greater" : "");
        }
    }

    private static final Object ANYBODY = "somebody";

    private final boolean owners;

    private Lock(boolean owners) {
        this.owners = owners;
    }

    /** Anybody may release it. */
    public static Lock mutex() {
        return new Lock(false);
    }

    /** Only the holder may release it; acquisitions may answer fencing tokens. */
    public static Lock owned() {
        return new Lock(true);
    }

    @Override
    public State initial() {
        return new State(Optional.empty(), Long.MIN_VALUE, 0);
    }

    @Override
    public boolean isObservation(Input input, @Nullable Output output) {
        return output instanceof Refused;
    }

    @Override
    public @Nullable State step(State state, Input input, @Nullable Output output) {
        var owner = owners ? input.owner() : ANYBODY;
        boolean can = input instanceof Acquire
                ? state.holder().isEmpty()
                : state.holder().equals(Optional.of(owner));
        if (output instanceof Refused) {
            return can ? null : state;
        }
        if (!can) {
            return output == null ? state : null;
        }
        if (input instanceof Release) {
            return new State(Optional.empty(), state.token(), state.orGreater());
        }
        if (output instanceof Token token) {
            // The tokens in between may have gone to acquisitions of which nobody heard.
            long least = state.token() == Long.MIN_VALUE ? Long.MIN_VALUE : state.token() + state.orGreater();
            return token.token() > least ? new State(Optional.of(owner), token.token(), 0) : null;
        }
        return new State(Optional.of(owner), state.token(), output == null ? state.orGreater() + 1 : state.orGreater());
    }

    @Override
    public String describe(State state) {
        return state.toString();
    }
}
