package io.troupe.replication.voting;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What several replicas say about one thing: a value is believed when enough of them say the same. Each has one voice, the
 * last that it gave, however often it speaks.
 *
 * @param <V> told apart by {@code equals}
 */
public final class Tally<V> {

    private final int voters;
    private final int alikeMin;
    /** Empty for those who have said that they will not say. */
    private final Map<String, Optional<V>> voices = new TreeMap<>();

    /**
     * @param voters how many may speak; the caller lets no others
     * @param alikeMin from 1 to {@code voters}
     */
    public Tally(int voters, int alikeMin) {
        if (alikeMin < 1 || alikeMin > voters) {
            throw new IllegalArgumentException(
                    alikeMin + " of " + voters + " voters are to agree; it must be at least 1, and not more than all");
        }
        this.voters = voters;
        this.alikeMin = alikeMin;
    }

    /** @return whether {@code value} is to be believed now */
    public boolean say(String voter, V value) {
        voices.put(voter, Optional.of(value));
        return alike(value) >= alikeMin;
    }

    public void abstain(String voter) {
        voices.put(voter, Optional.empty());
    }

    /** Whether those who have said nothing yet could still make a value believed. */
    public boolean isOpen() {
        int silent = voters - voices.size();
        int most = voices.values().stream()
                .flatMap(Optional::stream)
                .mapToInt(this::alike)
                .max()
                .orElse(0);
        return most + silent >= alikeMin;
    }

    /** By whom something else was said than {@code value}. */
    public Iterable<String> dissenters(V value) {
        return voices.entrySet().stream()
                .filter(voice ->
                        voice.getValue().filter(said -> !said.equals(value)).isPresent())
                .map(Map.Entry::getKey)
                .toList();
    }

    public void clear() {
        voices.clear();
    }

    private int alike(V value) {
        return (int) voices.values().stream()
                .filter(voice -> voice.filter(value::equals).isPresent())
                .count();
    }
}
