package io.troupe.sim.explore;

import io.troupe.sim.Choice;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The states that a search has seen, each kept as 128 bits of hash of its words: two different states are taken for one
 * with a probability below 10^-26 among a million.
 */
final class StateGraph {

    /** The first state is where every run begins. */
    static final int ROOT = 0;

    record Edge(Choice choice, int target) {}

    static final class State {
        final int id;
        final Key key;
        final long goals;
        final @Nullable String broken;
        /** How it was first reached; null for the root. */
        @Nullable State parent;

        @Nullable Choice via;

        int depth;
        /** What need not be taken from here, because it is taken somewhere else. */
        Set<Choice> sleep = Set.of();
        /** What is possible here; empty as long as {@link #isExpanded} is false. */
        List<Choice> choices = List.of();

        /** To come back without running; null when that cannot be, or nothing is due here any more. */
        @Nullable Object saved;

        /** How many steps from here are still to be taken. */
        int stepsDue;

        boolean isExpanded;
        final List<Edge> edges = new ArrayList<>();

        private State(int id, Key key, long goals, @Nullable String broken) {
            this.id = id;
            this.key = key;
            this.goals = goals;
            this.broken = broken;
        }

        boolean isFinal() {
            return isExpanded && choices.stream().allMatch(Choice::isFault);
        }

        boolean hasReached(int goal) {
            return (goals >>> goal & 1) == 1;
        }
    }

    /** The hash of a state's words. */
    record Key(long high, long low) {}

    private final Map<Key, State> byWords = new HashMap<>();
    private final List<State> states = new ArrayList<>();

    @Nullable State find(String words) {
        return find(key(words));
    }

    @Nullable State find(Key key) {
        return byWords.get(key);
    }

    State add(Execution.Moment moment) {
        var state = new State(states.size(), key(moment.state()), moment.goals(), moment.broken());
        states.add(state);
        byWords.put(state.key, state);
        return state;
    }

    boolean isAt(State state, String words) {
        return find(words) == state;
    }

    State get(int id) {
        return states.get(id);
    }

    List<State> all() {
        return Collections.unmodifiableList(states);
    }

    int size() {
        return states.size();
    }

    long edges() {
        return states.stream().mapToLong(state -> state.edges.size()).sum();
    }

    /** The choices that led there first. */
    static List<Choice> pathTo(State state) {
        var path = new ArrayDeque<Choice>();
        for (State at = state; at.parent != null && at.via != null; at = at.parent) {
            path.addFirst(at.via);
        }
        return List.copyOf(path);
    }

    /** Makes each state's path the shortest that the edges seen allow. */
    void shorten() {
        boolean[] met = new boolean[states.size()];
        var queue = new ArrayDeque<State>();
        met[ROOT] = true;
        queue.add(states.get(ROOT));
        for (State from = queue.poll(); from != null; from = queue.poll()) {
            for (var edge : from.edges) {
                if (!met[edge.target()]) {
                    met[edge.target()] = true;
                    var target = states.get(edge.target());
                    target.parent = from;
                    target.via = edge.choice();
                    target.depth = from.depth + 1;
                    queue.add(target);
                }
            }
        }
    }

    private static Key key(String words) {
        long high = 0x9E3779B97F4A7C15L;
        long low = 0xC2B2AE3D27D4EB4FL;
        for (int i = 0; i < words.length(); i++) {
            char c = words.charAt(i);
            high = (high ^ c) * 0xFF51AFD7ED558CCDL;
            high ^= high >>> 29;
            low = (low + c) * 0xC4CEB9FE1A85EC53L;
            low ^= low >>> 31;
        }
        return new Key(high, low);
    }
}
