package io.troupe.replication.sim;

import io.troupe.replication.Groups;
import io.troupe.replication.Replica;
import io.troupe.replication.StateMachine;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.util.ByteString;

/**
 * What the clients of a simulated group saw, judged as it happens. The replicated object is a list of commands that
 * only grows; writing answers the length after it, reading answers the length. So the object is linearizable when
 * each command is in the list once, at the place of which its client was told; when a read is at least as long as every
 * answer before it began; and when a command's place is behind them all, also where nobody was told.
 */
public final class ObservedClients {

    private final Verdict verdict = new Verdict();
    private final StateMachineSafety safety = new StateMachineSafety();
    private final TreeMap<String, ActorRef<Groups.Command>> hosts = new TreeMap<>();
    private final TreeMap<String, ActorRef<Replica.Request>> replicas = new TreeMap<>();
    private final TreeMap<String, Set<String>> appliedAt = new TreeMap<>();
    private final TreeMap<String, List<String>> histories = new TreeMap<>();
    private final TreeMap<Integer, String> acknowledged = new TreeMap<>();
    private final TreeMap<String, Integer> floorOfRead = new TreeMap<>();
    private final Map<String, Integer> floorOfWrite = new HashMap<>();
    private final TreeSet<String> underWay = new TreeSet<>();
    private final TreeMap<String, Integer> readsAt = new TreeMap<>();
    private Optional<Duration> readPause = Optional.empty();
    private boolean underLeasesOnly;
    private boolean canBeWoundBack;
    private boolean writesPaused;
    private int longestAnswered;
    private int reads;
    private int restores;
    private boolean stopped;

    public void judge(Runnable assertion) {
        verdict.judge(assertion);
    }

    public void throwBroken() {
        verdict.throwBroken();
    }

    /** No client begins anything more, in this life of its node or a later one. */
    public void stop() {
        stopped = true;
    }

    public boolean areStopped() {
        return stopped;
    }

    /** A client waits for the answer to its command; one that crashed meanwhile does so no more. */
    public void begins(String command) {
        floorOfWrite.put(command, longestAnswered);
        underWay.add(command);
    }

    public void ends(String command) {
        underWay.remove(command);
    }

    /** Commands whose client waits. */
    public TreeSet<String> waiting() {
        return underWay;
    }

    public void started(String node, ActorRef<Groups.Command> host) {
        underWay.removeIf(command -> command.startsWith(node + "-"));
        hosts.put(node, host);
    }

    public TreeMap<String, ActorRef<Groups.Command>> hosts() {
        return hosts;
    }

    public void hosted(String node, ActorRef<Replica.Request> replica) {
        replicas.put(node, replica);
    }

    /** Of the node's latest life; null when there was none. */
    public ActorRef<Replica.Request> replica(String node) {
        return replicas.get(node);
    }

    public List<String> history(String node) {
        return histories.getOrDefault(node, List.of());
    }

    public void acknowledged(String command, String result) {
        judge(() -> checkAcknowledged(command, result));
    }

    private void checkAcknowledged(String command, String result) {
        int length = Integer.parseInt(result);
        checkPlace(command, length);
        String other = acknowledged.put(length, command);
        if (other != null) {
            throw new AssertionError(command + " and " + other + " were both answered with length " + length);
        }
        longestAnswered = Math.max(longestAnswered, length);
    }

    private void checkPlace(String command, int place) {
        int floor = floorOfWrite.getOrDefault(command, 0);
        if (place <= floor) {
            throw new AssertionError(command + " is at place " + place
                    + ", but before it began somebody was answered with length " + floor);
        }
    }

    public void readBegins(String node) {
        floorOfRead.put(node, longestAnswered);
    }

    public void readEnds(String node, String result) {
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
    public int readsAt(String node) {
        return readsAt.getOrDefault(node, 0);
    }

    /** How long who reads waits between an answer and the next read, where that is not as long as who writes. */
    Optional<Duration> readPause() {
        return readPause;
    }

    public void readPause(Duration pause) {
        readPause = Optional.of(pause);
    }

    /** Whoever reads trusts clocks, and is kept by no read that has to wait for a quorum. */
    public void readUnderLeasesOnly() {
        underLeasesOnly = true;
    }

    boolean areReadingUnderLeasesOnly() {
        return underLeasesOnly;
    }

    /** While so, nobody begins to write. */
    public void pauseWrites(boolean pause) {
        writesPaused = pause;
    }

    boolean areWritesPaused() {
        return writesPaused;
    }

    public int writes() {
        return acknowledged.size();
    }

    public int reads() {
        return reads;
    }

    /** States that were read back from a snapshot, after a start or from a leader. */
    public int restores() {
        return restores;
    }

    /** All of these have come to one state, with everything in it that was acknowledged. */
    public void checkOneHistory(List<String> nodes) {
        List<String> history = history(nodes.get(0));
        for (String node : nodes) {
            if (!history(node).equals(history)) {
                throw new AssertionError("the histories of " + nodes.get(0) + " and " + node + " differ: " + history
                        + " and " + history(node));
            }
        }
        checkComplete(history);
    }

    /** Every acknowledged command is at its place, every other where it may be, and none is there twice. */
    public void checkComplete(List<String> history) {
        acknowledged.forEach((length, command) -> {
            if (history.size() < length || !history.get(length - 1).equals(command)) {
                throw new AssertionError("acknowledged command " + command + " is not at place " + length);
            }
        });
        for (int i = 0; i < history.size(); i++) {
            checkPlace(history.get(i), i + 1);
        }
        if (new TreeSet<>(history).size() != history.size()) {
            throw new AssertionError("a command was applied twice: " + history);
        }
    }

    /** Commands in the state of {@code node} that it has applied in no life: they are there by a state of others. */
    public List<String> takenOver(String node) {
        Set<String> applied = appliedAt.getOrDefault(node, Set.of());
        return history(node).stream()
                .filter(command -> !applied.contains(command))
                .toList();
    }

    /**
     * Machines can be wound back, for engines that apply what has not committed: what one of them has applied is judged when its
     * state is frozen, for then it has.
     */
    public void letMachinesBeWoundBack() {
        canBeWoundBack = true;
    }

    public StateMachine.Factory factory() {
        return (group, node) -> new GrowingList(node);
    }

    private final class GrowingList implements StateMachine {
        private final String node;
        private List<String> commands = new ArrayList<>();
        /** What may be taken back. */
        private final TreeMap<Long, ByteString> notJudged = new TreeMap<>();

        GrowingList(String node) {
            this.node = node;
            histories.put(node, commands);
        }

        @Override
        public ByteString apply(long index, ByteString command) {
            notJudged.put(index, command);
            if (!canBeWoundBack) {
                judgeApplied();
            }
            String stripped = command.utf8String().strip();
            commands.add(stripped);
            appliedAt.computeIfAbsent(node, absent -> new HashSet<>()).add(stripped);
            return length();
        }

        private void judgeApplied() {
            judge(() -> notJudged.forEach((index, command) -> safety.onApplied(node, index, command)));
            notJudged.clear();
        }

        @Override
        public boolean isRevocable() {
            return canBeWoundBack;
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
            return length();
        }

        private ByteString length() {
            return ByteString.fromString(Integer.toString(commands.size()));
        }

        @Override
        public State freeze() {
            judgeApplied();
            byte[] frozen = String.join("\n", commands).getBytes(StandardCharsets.UTF_8);
            return out -> out.write(frozen);
        }

        @Override
        public void restore(InputStream state) throws IOException {
            String all = new String(state.readAllBytes(), StandardCharsets.UTF_8);
            notJudged.clear();
            restores++;
            commands = new ArrayList<>(all.isEmpty() ? List.of() : List.of(all.split("\n")));
            histories.put(node, commands);
        }
    }
}
