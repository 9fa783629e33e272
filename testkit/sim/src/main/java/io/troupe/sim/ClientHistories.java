package io.troupe.sim;

import io.troupe.sim.checker.HistoryRecorder;
import io.troupe.sim.checker.Operation;
import io.troupe.sim.checker.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What a run's clients did, with the virtual time of each event, for the trace and its judge.
 *
 * <p>Machinery of the two stages, public for {@code io.troupe.sim.cluster} alone.
 */
public final class ClientHistories {

    /** What a judge says about an operation. */
    enum Role {
        NONE,
        /** The answer that nothing explains. */
        BREAKS,
        /** Open when that answer came. */
        BESIDE
    }

    private record Recorded(HistoryRecorder<?, ?> recorder, List<Long> nanosOfEvents) {}

    private final World world;
    private final List<Recorded> recorded = new ArrayList<>();
    private final Set<Operation<?, ?>> breaks = new HashSet<>();
    private final Set<Operation<?, ?>> beside = new HashSet<>();

    public ClientHistories(World world) {
        this.world = world;
    }

    public <I, O> HistoryRecorder<I, O> recorder() {
        List<Long> times = new ArrayList<>();
        var recorder =
                new HistoryRecorder<I, O>(number -> times.add(world.trace().time(world.nowNanos())));
        recorded.add(new Recorded(recorder, times));
        return recorder;
    }

    /** @throws SimulationFailure with the verdict's words unless it is {@link Verdict.Valid} */
    public void judge(Verdict verdict) {
        if (verdict instanceof Verdict.Invalid invalid) {
            highlight(invalid.breaksAt(), invalid.beside());
        }
        if (!verdict.isValid()) {
            throw new SimulationFailure("what clients saw is not valid\n" + verdict);
        }
    }

    /** @throws IllegalStateException when nothing was recorded */
    public void writeTrace(Path file, String title) throws IOException {
        var parent = file.toAbsolutePath().getParent();
        if (parent != null) {
            Files.createDirectories(parent);
        }
        Files.writeString(file, trace(title));
    }

    String trace(String title) {
        return world.trace()
                .recording()
                .orElseThrow(() -> new IllegalStateException("call recordTrace() before the run"))
                .page(title, world.trace().unit(), calls());
    }

    private void highlight(Operation<?, ?> unexplained, List<Operation<?, ?>> open) {
        breaks.add(unexplained);
        beside.addAll(open);
    }

    private List<Recording.Called> calls() {
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
