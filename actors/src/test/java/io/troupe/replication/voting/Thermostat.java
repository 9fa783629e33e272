package io.troupe.replication.voting;

import io.troupe.replication.sensing.Interval;
import io.troupe.replication.sensing.SensingMachine;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.apache.pekko.util.ByteString;

/** A service with a sensor and a valve: sets the valve at every sample, and counts the commands of its clients. */
final class Thermostat implements SensingMachine.Service {

    /** Judges every step of every replica that does not lie. */
    interface Judge {
        /** @param number of the output that setting the valve is */
        void set(String node, long number, long round, Interval sample, String output);
    }

    private final String node;
    private final Consumer<ByteString> act;
    private final Judge judge;
    private final List<String> history = new ArrayList<>();
    private long commands;

    Thermostat(String node, Consumer<ByteString> act, Judge judge) {
        this.node = node;
        this.act = act;
        this.judge = judge;
    }

    @Override
    public void sampled(long index, long round, Interval sample) {
        String output = "valve at " + (sample.lower() + sample.upper()) / 2;
        history.add(output);
        judge.set(node, history.size(), round, sample, output);
        act.accept(ByteString.fromString(output));
    }

    @Override
    public ByteString apply(long index, ByteString command) {
        commands++;
        return count();
    }

    @Override
    public ByteString query(ByteString query) {
        return count();
    }

    private ByteString count() {
        return ByteString.fromString(Long.toString(commands));
    }

    @Override
    public State freeze() {
        byte[] frozen = (commands + "\n" + String.join("\n", history)).getBytes(StandardCharsets.UTF_8);
        return out -> out.write(frozen);
    }

    @Override
    public void restore(InputStream state) throws IOException {
        List<String> lines =
                new String(state.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
        commands = Long.parseLong(lines.get(0));
        history.clear();
        history.addAll(lines.subList(1, lines.size()));
    }
}
