package io.troupe.sim.checker.cli;

import io.troupe.sim.checker.GrowingSet;
import io.troupe.sim.checker.input.BadInput;
import io.troupe.sim.checker.input.Call;
import io.troupe.sim.checker.input.Values;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** {@code :add v}, {@code :remove v}, and {@code :read} of all elements, as a set or a list. */
final class SetVocabulary implements Vocabulary<GrowingSet.Input<Object>, GrowingSet.Output<Object>> {

    @Override
    public @Nullable Meaning<GrowingSet.Input<Object>, GrowingSet.Output<Object>> of(Call call, Convention convention)
            throws BadInput {
        return switch (call.f()) {
            case "add" ->
                Vocabulary.change(
                        call, convention, new GrowingSet.Add<>(Values.orNil(call.written())), new GrowingSet.Done<>());
            case "remove" ->
                Vocabulary.change(
                        call,
                        convention,
                        new GrowingSet.Remove<>(Values.orNil(call.written())),
                        new GrowingSet.Done<>());
            case "read" ->
                call.answer() == null
                        ? null
                        : Vocabulary.observation(
                                call, new GrowingSet.Read<>(), new GrowingSet.Elements<>(elements(call)));
            default -> throw Vocabulary.unknownWord(call, "set", ":add, :remove and :read");
        };
    }

    private static Set<Object> elements(Call call) throws BadInput {
        if (!(call.answer() instanceof Collection<?> all)) {
            throw new BadInput(
                    call.line(), "a :read of a set answers a set or a list, not " + Values.show(call.answer()));
        }
        Set<Object> elements = new LinkedHashSet<>();
        all.forEach(element -> elements.add(Values.orNil(element)));
        return elements;
    }
}
