package io.troupe.paxos;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The instances that a leader has proposed in and that are not decided, in runs: consecutive ones that are alike in who decides
 * them, who has voted, and since when they wait. A batch is one run, until votes or a change of the members part it.
 */
final class OpenInstances {

    /** What has waited for votes for long. */
    record Late(Decrees decrees, SortedSet<String> voted) {}

    static final class Run {
        final Decrees decrees;
        final TreeSet<String> voted;
        private int ticks;

        private Run(Decrees decrees, SortedSet<String> voted, int ticks) {
            this.decrees = decrees;
            this.voted = new TreeSet<>(voted);
            this.ticks = ticks;
        }
    }

    /** By their first instances. */
    private final TreeMap<Long, Run> runs = new TreeMap<>();

    boolean isEmpty() {
        return runs.isEmpty();
    }

    /** The lowest; there is one. */
    long first() {
        return runs.firstKey();
    }

    void add(Decrees proposed) {
        put(proposed, new TreeSet<>(), 0);
    }

    private void put(Decrees decrees, SortedSet<String> voted, int ticks) {
        if (!decrees.isEmpty()) {
            runs.put(decrees.first(), new Run(decrees, voted, ticks));
        }
    }

    /** Counts a vote in each instance from {@code first} through {@code last} in whose membership the voter is. */
    void vote(Voter voter, long first, long last, Memberships memberships) {
        if (first > last) {
            return;
        }
        part(first, last, memberships);
        for (Map.Entry<Long, Run> run : runs.subMap(first, true, last, true).entrySet()) {
            if (memberships.at(run.getKey()).counts(voter)) {
                run.getValue().voted.add(voter.node());
            }
        }
    }

    /** How far all instances beyond {@code through} are chosen. */
    long chosenThrough(long through, Memberships memberships) {
        long chosen = through;
        for (Map.Entry<Long, Run> run : runs.tailMap(through + 1, true).entrySet()) {
            if (run.getKey() != chosen + 1 || !isChosen(run.getValue(), memberships)) {
                break;
            }
            chosen = run.getValue().decrees.last();
        }
        return chosen;
    }

    /** Paxos Made Simple, §2.3, by those who decide these instances. */
    private boolean isChosen(Run run, Memberships memberships) {
        return memberships.quorumsAt(run.decrees.first()).isPhase2(run.voted);
    }

    void forgetThrough(long instance) {
        partAt(instance + 1);
        runs.headMap(instance, true).clear();
    }

    /** Runs begin and end there, and where others decide. */
    private void part(long first, long last, Memberships memberships) {
        partAt(first);
        partAt(last + 1);
        for (long next = memberships.nextChange(first); next <= last; next = memberships.nextChange(next)) {
            partAt(next);
        }
    }

    private void partAt(long instance) {
        Map.Entry<Long, Run> entry = runs.lowerEntry(instance);
        if (entry != null && instance <= entry.getValue().decrees.last()) {
            Run run = entry.getValue();
            put(run.decrees.through(instance - 1), run.voted, run.ticks);
            put(run.decrees.above(instance - 1), run.voted, run.ticks);
        }
    }

    /**
     * A tick has passed.
     *
     * @return those, from {@code first} on and as many as a message takes, that have waited for {@code patience} ticks, and who has
     *     voted in all of them
     */
    Late onTick(long first, int patience, long bytesMax) {
        List<Decree> late = new ArrayList<>();
        TreeSet<String> voted = new TreeSet<>();
        long bytes = 0;
        for (Map.Entry<Long, Run> entry : runs.entrySet()) {
            Run run = entry.getValue();
            bytes += run.decrees.sizeBytes();
            boolean fits = late.isEmpty() || bytes <= bytesMax;
            if (++run.ticks >= patience && fits && entry.getKey() == first + late.size()) {
                if (late.isEmpty()) {
                    voted.addAll(run.voted);
                }
                voted.retainAll(run.voted);
                late.addAll(run.decrees.decrees());
            }
        }
        return new Late(Decrees.of(first, late), voted);
    }

    /** Whether the promises of a ballot leave them as they are. */
    boolean agreeWith(Phase1 phase1) {
        return runs.values().stream().allMatch(run -> agrees(run.decrees, phase1));
    }

    private static boolean agrees(Decrees decrees, Phase1 phase1) {
        for (long i = decrees.first(); i <= decrees.last(); i++) {
            Decree open = decrees.get(i);
            if (!phase1.mustPropose(i).map(open::equals).orElse(true)) {
                return false;
            }
        }
        return true;
    }

    /** Nobody has voted yet, in another ballot. */
    List<Decrees> begunAgain() {
        List<Decrees> all = runs.values().stream().map(run -> run.decrees).toList();
        runs.clear();
        all.forEach(this::add);
        return all;
    }
}
