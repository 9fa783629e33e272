package io.troupe.sim.checker.cli;

import io.troupe.sim.checker.Outcome;
import io.troupe.sim.checker.Queue;
import io.troupe.sim.checker.input.BadInput;
import io.troupe.sim.checker.input.Call;
import io.troupe.sim.checker.input.Values;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** {@code :enqueue v} and {@code :dequeue}, which answers an element, or nil when there was none. */
final class QueueVocabulary implements Vocabulary<Queue.Input<Object>, Queue.Output<Object>> {

    @Override
    public @Nullable Meaning<Queue.Input<Object>, Queue.Output<Object>> of(Call call, Convention convention)
            throws BadInput {
        return switch (call.f()) {
            case "enqueue" ->
                Vocabulary.change(
                        call, convention, new Queue.Enqueue<>(Values.orNil(call.written())), new Queue.Enqueued<>());
            case "dequeue" ->
                switch (call.type()) {
                    case OK ->
                        new Meaning<>(
                                new Queue.Dequeue<>(),
                                new Queue.Taken<>(Optional.ofNullable(call.answer())),
                                Outcome.OK);
                    case FAIL ->
                        convention == Convention.PORCUPINE
                                ? new Meaning<>(new Queue.Dequeue<>(), new Queue.Taken<>(Optional.empty()), Outcome.OK)
                                : null;
                    default -> new Meaning<>(new Queue.Dequeue<>(), null, Outcome.UNKNOWN);
                };
            default -> throw Vocabulary.unknownWord(call, "queue", ":enqueue and :dequeue");
        };
    }
}
