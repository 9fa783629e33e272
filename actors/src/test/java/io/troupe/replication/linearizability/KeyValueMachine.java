package io.troupe.replication.linearizability;

import io.troupe.replication.StateMachine;
import io.troupe.sim.checker.KeyValue;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.pekko.util.ByteString;

/** A key-value store as commands of text. */
final class KeyValueMachine implements StateMachine {

    private static final String ABSENT = "-";

    private TreeMap<String, String> values = new TreeMap<>();

    static ByteString encode(KeyValue.Input input) {
        if (input instanceof KeyValue.Put put) {
            return ByteString.fromString("put " + put.key() + " " + put.value());
        }
        if (input instanceof KeyValue.Append append) {
            return ByteString.fromString("append " + append.key() + " " + append.suffix());
        }
        if (input instanceof KeyValue.Cas cas) {
            return ByteString.fromString(
                    "cas " + cas.key() + " " + cas.expected().orElse(ABSENT) + " " + cas.update());
        }
        return ByteString.fromString("get " + input.key());
    }

    static KeyValue.Output decode(KeyValue.Input input, ByteString result) {
        String text = result.utf8String();
        if (input instanceof KeyValue.Cas) {
            return new KeyValue.Swapped(text.equals("yes"));
        }
        if (input instanceof KeyValue.Get) {
            return new KeyValue.Value(text.equals(ABSENT) ? Optional.empty() : Optional.of(text));
        }
        return KeyValue.DONE;
    }

    @Override
    public ByteString apply(long index, ByteString command) {
        String[] words = command.utf8String().split(" ");
        String now = values.getOrDefault(words[1], ABSENT);
        switch (words[0]) {
            case "put" -> values.put(words[1], words[2]);
            case "append" -> values.merge(words[1], words[2], String::concat);
            case "cas" -> {
                boolean matches = now.equals(words[2]);
                if (matches) {
                    values.put(words[1], words[3]);
                }
                return ByteString.fromString(matches ? "yes" : "no");
            }
            default -> throw new IllegalArgumentException(command.utf8String());
        }
        return ByteString.fromString("done");
    }

    @Override
    public boolean appliesQuickly(ByteString command) {
        return true;
    }

    @Override
    public boolean answersQuickly(ByteString query) {
        return true;
    }

    @Override
    public ByteString query(ByteString query) {
        return ByteString.fromString(values.getOrDefault(query.utf8String().split(" ")[1], ABSENT));
    }

    @Override
    public State freeze() {
        var frozen = new TreeMap<>(values);
        return out -> {
            var data = new DataOutputStream(out);
            data.writeInt(frozen.size());
            for (Map.Entry<String, String> entry : frozen.entrySet()) {
                data.writeUTF(entry.getKey());
                data.writeUTF(entry.getValue());
            }
            data.flush();
        };
    }

    @Override
    public void restore(InputStream state) throws IOException {
        var data = new DataInputStream(state);
        var restored = new TreeMap<String, String>();
        for (int left = data.readInt(); left > 0; left--) {
            restored.put(data.readUTF(), data.readUTF());
        }
        values = restored;
    }
}
