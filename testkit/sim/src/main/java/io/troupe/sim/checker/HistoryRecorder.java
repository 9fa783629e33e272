package io.troupe.sim.checker;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Writes down what clients do, from any number of threads of one JVM. Events are numbered by one counter, taken before
 * the call leaves and after the answer has come, so that "returned before the other was invoked" is exact.
 *
 * <pre>{@code
 * var call = recorder.invoke(clientNumber, new Put("k", "v"));
 * kv.put(k, v).whenComplete((ok, failure) -> {
 *     if (failure == null) call.ok(KeyValue.DONE);
 *     else if (surelyNotApplied(failure)) call.fail();
 *     else call.unknown();
 * });
 * }</pre>
 */
public final class HistoryRecorder<I, O> {

    private final AtomicLong clock = new AtomicLong();
    private final AtomicInteger ids = new AtomicInteger();
    private final LongConsumer onEvent;
    private final ConcurrentLinkedQueue<Call<I, O>> calls = new ConcurrentLinkedQueue<>();

    public HistoryRecorder() {
        this(number -> {});
    }

    /** @param onEvent told the number of each call and return as it is written down, to remember what time it was */
    public HistoryRecorder(LongConsumer onEvent) {
        this.onEvent = onEvent;
    }

    private long tick() {
        long number = clock.getAndIncrement();
        onEvent.accept(number);
        return number;
    }

    /** Notes that {@code process} calls now; the handle takes how it ended. */
    public Call<I, O> invoke(int process, I input) {
        var call = new Call<I, O>(ids.getAndIncrement(), process, input, this::tick);
        calls.add(call);
        return call;
    }

    /** Everything so far; calls without an end count as of unknown outcome. May be asked while clients go on. */
    public History<I, O> history() {
        List<Operation<I, O>> operations = new ArrayList<>();
        for (var call : calls) {
            operations.add(call.soFar());
        }
        return new History<>(operations);
    }

    /** A call under way. Ends once; a second end is an error of the caller. */
    public static final class Call<I, O> {
        private final LongSupplier clock;
        private Operation<I, O> operation;
        private boolean ended;

        private Call(int id, int process, I input, LongSupplier clock) {
            this.clock = clock;
            this.operation =
                    new Operation<>(id, process, input, null, Outcome.UNKNOWN, clock.getAsLong(), Operation.NEVER);
        }

        private synchronized Operation<I, O> soFar() {
            return operation;
        }

        /** It happened and answered {@code output}. */
        public void ok(O output) {
            end(Outcome.OK, output, clock.getAsLong());
        }

        /** It did not happen and never will. When in doubt say {@link #unknown()}. */
        public void fail() {
            end(Outcome.FAIL, null, clock.getAsLong());
        }

        /** Nobody can tell whether it happened or will. The same as never ending the call. */
        public void unknown() {
            end(Outcome.UNKNOWN, null, Operation.NEVER);
        }

        private synchronized void end(Outcome outcome, @Nullable O output, long now) {
            if (ended) {
                throw new IllegalStateException("this call has ended already: " + operation);
            }
            ended = true;
            operation = new Operation<>(
                    operation.id(),
                    operation.process(),
                    operation.input(),
                    output,
                    outcome,
                    operation.invokedAt(),
                    now);
        }
    }
}
