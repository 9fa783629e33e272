package io.troupe.raft;

import io.troupe.replication.StateMachine;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.apache.pekko.util.ByteString;

/** Remembers every command it was given, in order: the history is the state. Tests read it through {@link Histories}. */
final class JournalMachine implements StateMachine {

    /** The histories of all replicas, by node. */
    static final class Histories {
        private final ConcurrentMap<String, List<String>> byNode = new ConcurrentHashMap<>();
        /** Runs before a state is restored. */
        volatile Runnable beforeRestore = () -> {};

        List<String> of(String node) {
            return byNode.getOrDefault(node, List.of());
        }

        StateMachine.Factory factory() {
            return (group, node) -> new JournalMachine(history -> byNode.put(node, history), () -> beforeRestore.run());
        }
    }

    private List<String> history = new ArrayList<>();
    private final java.util.function.Consumer<List<String>> publish;

    private final Runnable beforeRestore;

    private JournalMachine(java.util.function.Consumer<List<String>> publish, Runnable beforeRestore) {
        this.publish = publish;
        this.beforeRestore = beforeRestore;
        publish.accept(List.of());
    }

    /** The result is how many commands there are now. */
    @Override
    public ByteString apply(long index, ByteString command) {
        if (command.utf8String().equals("fail")) {
            throw new IllegalStateException("told to fail");
        }
        history.add(command.utf8String());
        publish.accept(List.copyOf(history));
        return ByteString.fromString(Integer.toString(history.size()));
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
        return ByteString.fromString(String.join(",", history));
    }

    @Override
    public State freeze() {
        String frozen = String.join("\n", history);
        return out -> out.write(frozen.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public void restore(InputStream state) throws IOException {
        beforeRestore.run();
        String restored = new String(state.readAllBytes(), StandardCharsets.UTF_8);
        history = new ArrayList<>(restored.isEmpty() ? List.of() : List.of(restored.split("\n")));
        publish.accept(List.copyOf(history));
    }
}
