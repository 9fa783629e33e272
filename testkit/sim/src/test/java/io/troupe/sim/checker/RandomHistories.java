package io.troupe.sim.checker;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * Histories that are linearizable because they are made that way: an object is really kept, every operation takes
 * effect on it at one instant between its call and its return, and clients overlap at random. Every written value is
 * written once, so that a wrong read can be told for sure.
 */
final class RandomHistories {

    private final RandomGenerator random;
    private int written;

    RandomHistories(RandomGenerator random) {
        this.random = random;
    }

    private static final class Client {
        HistoryRecorder.Call<KeyValue.Input, KeyValue.Output> call;
        KeyValue.Input input;
        KeyValue.Output effect;
    }

    /** @param lostAnswers how many in a hundred operations end with an unknown outcome */
    History<KeyValue.Input, KeyValue.Output> keyValue(int operations, int clients, int keys, int lostAnswers) {
        var recorder = new HistoryRecorder<KeyValue.Input, KeyValue.Output>();
        var model = new KeyValue();
        var state = new HashMap<String, String>();
        List<Client> all = new ArrayList<>();
        for (int i = 0; i < clients; i++) {
            all.add(new Client());
        }
        int invoked = 0;
        boolean anyOpen = true;
        while (invoked < operations || anyOpen) {
            int process = random.nextInt(clients);
            var client = all.get(process);
            if (client.call == null) {
                if (invoked < operations) {
                    client.input = anyInput("k" + random.nextInt(keys), state);
                    client.call = recorder.invoke(process, client.input);
                    invoked++;
                }
            } else if (client.effect == null) {
                boolean lost = random.nextInt(100) < lostAnswers;
                if (!lost || random.nextBoolean()) {
                    client.effect = apply(state, client.input);
                }
                if (lost) {
                    client.call.unknown();
                    all.set(process, new Client());
                }
            } else {
                client.call.ok(client.effect);
                all.set(process, new Client());
            }
            anyOpen = all.stream().anyMatch(any -> any.call != null);
        }
        return recorder.history();
    }

    private KeyValue.Input anyInput(String key, Map<String, String> state) {
        return switch (random.nextInt(10)) {
            case 0, 1, 2, 3 -> new KeyValue.Get(key);
            case 4, 5 -> new KeyValue.Put(key, fresh());
            case 6 -> new KeyValue.Append(key, fresh());
            case 7 -> new KeyValue.Delete(key);
            default -> new KeyValue.Cas(key, Optional.ofNullable(state.get(key)), fresh());
        };
    }

    private String fresh() {
        return "<" + written++ + ">";
    }

    private static KeyValue.Output apply(Map<String, String> state, KeyValue.Input input) {
        var now = Optional.ofNullable(state.get(input.key()));
        if (input instanceof KeyValue.Put put) {
            state.put(put.key(), put.value());
            return KeyValue.DONE;
        }
        if (input instanceof KeyValue.Append append) {
            state.merge(append.key(), append.suffix(), String::concat);
            return KeyValue.DONE;
        }
        if (input instanceof KeyValue.Delete delete) {
            state.remove(delete.key());
            return new KeyValue.Deleted(now.isPresent());
        }
        if (input instanceof KeyValue.Cas cas) {
            if (now.equals(cas.expected())) {
                state.put(cas.key(), cas.update());
                return new KeyValue.Swapped(true);
            }
            return new KeyValue.Swapped(false);
        }
        return new KeyValue.Value(now);
    }
}
