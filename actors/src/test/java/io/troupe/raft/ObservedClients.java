package io.troupe.raft;

import io.troupe.replication.Groups;
import io.troupe.replication.Replica;
import io.troupe.replication.StateMachine;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * What the clients of a simulated group saw, judged as it happens. The replicated object is a list of commands that
 * only grows; writing answers the length after it, reading answers the length. So the object is linearizable when
 * lengths are unique, every read is at least as long as every answer before it began, and each
 * command is in the list once.
 */
final class ObservedClients {

    private final StateMachineSafety safety = new StateMachineSafety();
    private final TreeMap<String, ActorRef<Groups.Command>> hosts = new TreeMap<>();
    private final TreeMap<String, ActorRef<Replica.Request>> replicas = new TreeMap<>();
    private final TreeMap<String, List<String>> histories = new TreeMap<>();
    private final TreeMap<Integer, String> acknowledged = new TreeMap<>();
    private final TreeMap<String, Integer> floorOfRead = new TreeMap<>();
    private final TreeSet<String> underWay = new TreeSet<>();
    private int longestAnswered;
    private final TreeMap<String, Integer> readsAt = new TreeMap<>();
    private Duration readPause = Duration.ofMillis(120);
    private boolean underLeasesOnly;
    private boolean writesPaused;
    private int reads;
    private int restores;
    private boolean stopped;
    private @Nullable AssertionError broken;

    /** An assertion inside an actor would only stop that actor: the first is kept for the simulation to find. */
    void judge(Runnable assertion) {
        try {
            assertion.run();
        } catch (AssertionError e) {
            broken = broken == null ? e : broken;
        }
    }

    void throwBroken() {
        if (broken != null) {
            throw broken;
        }
    }

    /** No client begins anything more, in this life of its node or a later one. */
    void stop() {
        stopped = true;
    }

    boolean areStopped() {
        return stopped;
    }

    /** A client waits for the answer to its command; one that crashed meanwhile does so no more. */
    void begins(String command) {
        underWay.add(command);
    }

    void ends(String command) {
        underWay.remove(command);
    }

    /** Commands whose client waits. */
    TreeSet<String> waiting() {
        return underWay;
    }

    void started(String node, ActorRef<Groups.Command> host) {
        underWay.removeIf(command -> command.startsWith(node + "-"));
        hosts.put(node, host);
    }

    TreeMap<String, ActorRef<Groups.Command>> hosts() {
        return hosts;
    }

    void hosted(String node, ActorRef<Replica.Request> replica) {
        replicas.put(node, replica);
    }

    /** Of the node's latest life; null when there was none. */
    ActorRef<Replica.Request> replica(String node) {
        return replicas.get(node);
    }

    List<String> history(String node) {
        return histories.getOrDefault(node, List.of());
    }

    void acknowledged(String command, String result) {
        judge(() -> checkAcknowledged(command, result));
    }

    private void checkAcknowledged(String command, String result) {
        int length = Integer.parseInt(result);
        String other = acknowledged.put(length, command);
        if (other != null) {
            throw new AssertionError(command + " and " + other + " were both answered with length " + length);
        }
        longestAnswered = Math.max(longestAnswered, length);
    }

    void readBegins(String node) {
        floorOfRead.put(node, longestAnswered);
    }

    void readEnds(String node, String result) {
        judge(() -> checkRead(node, result));
    }

    private void checkRead(String node, String result) {
        int length = Integer.parseInt(result);
        int floor = floorOfRead.getOrDefault(node, 0);
        if (length < floor) {
            throw new AssertionError("a linearizable read at " + node + " saw length " + length
                    + ", but before it began somebody was answered with " + floor);
        }
        longestAnswered = Math.max(longestAnswered, length);
        reads++;
        readsAt.merge(node, 1, Integer::sum);
    }

    /** Linearizable reads, by leases or not, that clients at {@code node} were answered. */
    int readsAt(String node) {
        return readsAt.getOrDefault(node, 0);
    }

    /** How long who reads waits between an answer and the next read. */
    Duration readPause() {
        return readPause;
    }

    void readPause(Duration pause) {
        readPause = pause;
    }

    /** Whoever reads trusts clocks, and is kept by no read that has to wait for a quorum. */
    void readUnderLeasesOnly() {
        underLeasesOnly = true;
    }

    boolean areReadingUnderLeasesOnly() {
        return underLeasesOnly;
    }

    /** While so, nobody begins to write. */
    void pauseWrites(boolean pause) {
        writesPaused = pause;
    }

    boolean areWritesPaused() {
        return writesPaused;
    }

    int writes() {
        return acknowledged.size();
    }

    int reads() {
        return reads;
    }

    /** States that were read back from a snapshot, after a start or from a leader. */
    int restores() {
        return restores;
    }

    /** Every acknowledged command is at its place, and none is there twice. */
    void checkComplete(List<String> history) {
        acknowledged.forEach((length, command) -> {
            if (history.size() < length || !history.get(length - 1).equals(command)) {
                throw new AssertionError("acknowledged command " + command + " is not at place " + length);
            }
        });
        if (new TreeSet<>(history).size() != history.size()) {
            throw new AssertionError("a command was applied twice: " + history);
        }
    }

    StateMachine.Factory factory() {
        return (group, node) -> new GrowingList(node);
    }

    private final class GrowingList implements StateMachine {
        private final String node;
        private List<String> commands = new ArrayList<>();

        GrowingList(String node) {
            this.node = node;
            histories.put(node, commands);
        }

        @Override
        public ByteString apply(long index, ByteString command) {
            judge(() -> safety.onApplied(node, index, command));
            commands.add(command.utf8String().strip());
            return length();
        }

        @Override
        public ByteString query(ByteString query) {
            return length();
        }

        private ByteString length() {
            return ByteString.fromString(Integer.toString(commands.size()));
        }

        @Override
        public State freeze() {
            byte[] frozen = String.join("\n", commands).getBytes(StandardCharsets.UTF_8);
            return out -> out.write(frozen);
        }

        @Override
        public void restore(InputStream state) throws IOException {
            String all = new String(state.readAllBytes(), StandardCharsets.UTF_8);
            restores++;
            commands = new ArrayList<>(all.isEmpty() ? List.of() : List.of(all.split("\n")));
            histories.put(node, commands);
        }
    }
}
