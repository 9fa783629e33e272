package io.troupe.etcd;

import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;

/**
 * Of tests whose members run beside others on a machine that may be busy: an election may come when there was none to be, and
 * what takes a moment may take a while. A bound, and no measure.
 */
public final class Patience {

    public static final Duration TIME = Duration.ofMinutes(2);

    private Patience() {}

    public static ConditionFactory await(String what) {
        return Awaitility.await(what).atMost(TIME).pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(100));
    }

    /** The same, where what is asked for may be refused, or not answered in time, and is asked for again. */
    public static ConditionFactory awaitAnswer(String what) {
        return await(what).ignoreExceptionsMatching(Patience::isRefusal);
    }

    /** What {@code request} comes to in the end; it must do no harm when it is done twice. */
    public static <T> T answer(Callable<T> request) {
        return awaitAnswer("an answer").until(request, answered -> true);
    }

    private static boolean isRefusal(Throwable failure) {
        return failure instanceof StatusRuntimeException
                || failure instanceof ExecutionException
                || failure instanceof TimeoutException;
    }
}
