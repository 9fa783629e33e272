package io.troupe.sim;

import io.troupe.sim.checker.HistoryRecorder;
import io.troupe.sim.checker.Operation;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.LongSupplier;

/** What a run's clients did, with the virtual time of each event. */
final class ClientHistories {

    /** What a judge says about an operation. */
    enum Role {
        NONE,
        /** The answer that nothing explains. */
        BREAKS,
        /** Open when that answer came. */
        BESIDE
    }

    private record Recorded(HistoryRecorder<?, ?> recorder, List<Long> nanosOfEvents) {}

    private final LongSupplier nanos;
    private final List<Recorded> recorded = new ArrayList<>();
    private final Set<Operation<?, ?>> breaks = new HashSet<>();
    private final Set<Operation<?, ?>> beside = new HashSet<>();

    ClientHistories(LongSupplier nanos) {
        this.nanos = nanos;
    }

    <I, O> HistoryRecorder<I, O> recorder() {
        List<Long> times = new ArrayList<>();
        var recorder = new HistoryRecorder<I, O>(number -> times.add(nanos.getAsLong()));
        recorded.add(new Recorded(recorder, times));
        return recorder;
    }

    void highlight(Operation<?, ?> unexplained, List<Operation<?, ?>> open) {
        breaks.add(unexplained);
        beside.addAll(open);
    }

    List<Recording.Called> calls() {
        List<Recording.Called> calls = new ArrayList<>();
        for (var one : recorded) {
            for (Operation<?, ?> operation : one.recorder().history().operations()) {
                long returned = operation.returnedAt() == Operation.NEVER
                        ? Operation.NEVER
                        : one.nanosOfEvents().get((int) operation.returnedAt());
                long invoked = one.nanosOfEvents().get((int) operation.invokedAt());
                calls.add(new Recording.Called(operation, invoked, returned, role(operation)));
            }
        }
        return calls;
    }

    private Role role(Operation<?, ?> operation) {
        if (breaks.contains(operation)) {
            return Role.BREAKS;
        }
        return beside.stream().anyMatch(open -> isSame(open, operation)) ? Role.BESIDE : Role.NONE;
    }

    /** A judge may have looked at it before it returned. */
    private static boolean isSame(Operation<?, ?> open, Operation<?, ?> operation) {
        return open.id() == operation.id()
                && open.process() == operation.process()
                && open.invokedAt() == operation.invokedAt();
    }
}
