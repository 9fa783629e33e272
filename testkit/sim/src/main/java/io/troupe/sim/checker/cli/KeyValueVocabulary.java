package io.troupe.sim.checker.cli;

import io.troupe.sim.checker.KeyValue;
import io.troupe.sim.checker.input.BadInput;
import io.troupe.sim.checker.input.Call;
import io.troupe.sim.checker.input.Values;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * {@code :get}, {@code :put}, {@code :append}, {@code :delete}, {@code :cas [old new]}, with the key in {@code :key} as in
 * Porcupine's logs, or with Jepsen's tuple {@code [key value]} for a value. An absent key and an empty text are one.
 */
final class KeyValueVocabulary implements Vocabulary<KeyValue.Input, KeyValue.Output> {

    @Override
    public @Nullable Meaning<KeyValue.Input, KeyValue.Output> of(Call call, Convention convention) throws BadInput {
        boolean hasKey = call.key() != null;
        var on = hasKey ? null : tuple(call);
        String key = text(hasKey ? call.key() : on == null ? null : on.key()).orElse("nil");
        Call inner = on == null ? call : on.call();
        return switch (call.f()) {
            case "get", "read", "r" ->
                inner.answer() == null && convention == Convention.JEPSEN
                        ? null
                        : Vocabulary.observation(
                                inner, new KeyValue.Get(key), new KeyValue.Value(text(inner.answer())));
            case "put", "write", "w", "set" ->
                Vocabulary.change(
                        inner,
                        convention,
                        text(inner.written())
                                .<KeyValue.Input>map(value -> new KeyValue.Put(key, value))
                                .orElseGet(() -> new KeyValue.Delete(key)),
                        KeyValue.DONE);
            case "append" ->
                text(inner.written()).isEmpty()
                        ? null
                        : Vocabulary.change(
                                inner,
                                convention,
                                new KeyValue.Append(key, text(inner.written()).orElseThrow()),
                                KeyValue.DONE);
            case "delete", "del" -> Vocabulary.change(inner, convention, new KeyValue.Delete(key), KeyValue.DONE);
            case "cas" -> cas(inner, key, convention);
            default -> throw Vocabulary.unknownWord(call, "key-value", ":get, :put, :append, :delete and :cas");
        };
    }

    private static Independent tuple(Call call) throws BadInput {
        if (call.f().equals("delete") && Values.pair(call.argument()) == null) {
            return new Independent(Values.orNil(call.argument()), call);
        }
        try {
            return Independent.of(call);
        } catch (BadInput e) {
            throw new BadInput(
                    call.line(),
                    "a :" + call.f() + " of key-value has its key in :key, or the tuple [key value] for a value, not "
                            + Values.show(call.argument()));
        }
    }

    private static @Nullable Meaning<KeyValue.Input, KeyValue.Output> cas(Call call, String key, Convention convention)
            throws BadInput {
        List<?> pair = Vocabulary.pair(call, call.argument() == null ? call.written() : call.argument(), "[old new]");
        return Vocabulary.condition(
                call,
                convention,
                new KeyValue.Cas(key, text(pair.get(0)), text(pair.get(1)).orElse("")),
                new KeyValue.Swapped(true),
                new KeyValue.Swapped(false));
    }

    private static Optional<String> text(@Nullable Object value) {
        if (Values.isNil(value)) {
            return Optional.empty();
        }
        String text = value instanceof String string ? string : Values.show(value);
        return text.isEmpty() ? Optional.empty() : Optional.of(text);
    }
}
