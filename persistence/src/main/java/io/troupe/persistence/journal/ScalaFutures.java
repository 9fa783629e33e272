package io.troupe.persistence.journal;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import scala.concurrent.Future;
import scala.jdk.javaapi.FutureConverters;

/** What Pekko's plugins answer with. */
public final class ScalaFutures {

    private ScalaFutures() {}

    /** {@code stage} as a Scala future, which fails with the cause itself. */
    public static <T> Future<T> of(CompletionStage<T> stage) {
        CompletableFuture<T> unwrapped = new CompletableFuture<>();
        stage.whenComplete((value, failure) -> {
            if (failure == null) {
                unwrapped.complete(value);
            } else {
                Throwable cause = failure.getCause();
                unwrapped.completeExceptionally(
                        failure instanceof CompletionException && cause != null ? cause : failure);
            }
        });
        return FutureConverters.asScala(unwrapped);
    }
}
