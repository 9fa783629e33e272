package io.troupe.persistence.snapshot;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/**
 * Has what is asked for one persistence id done one after the other, in the order in which it was asked for, and side by side
 * with what is asked for others.
 */
public final class Turns {

    private final Executor executor;

    /** By persistence id, what was asked for last, until it is done. */
    private final ConcurrentHashMap<String, CompletableFuture<?>> last = new ConcurrentHashMap<>();

    /** @param executor on which each turn begins */
    public Turns(Executor executor) {
        this.executor = executor;
    }

    /** Does {@code work} when its turn has come; fails as it does, and then the next has its turn all the same. */
    public <T> CompletableFuture<T> next(String persistenceId, Supplier<CompletionStage<T>> work) {
        CompletableFuture<T> mine = new CompletableFuture<>();
        CompletableFuture<?> before = last.put(persistenceId, mine);
        CompletableFuture<Void> turn =
                before == null ? CompletableFuture.completedFuture(null) : before.handle((done, failure) -> null);
        turn.thenComposeAsync(ready -> work.get(), executor).whenComplete((done, failure) -> {
            last.remove(persistenceId, mine);
            if (failure == null) {
                mine.complete(done);
            } else {
                mine.completeExceptionally(failure);
            }
        });
        return mine;
    }
}
