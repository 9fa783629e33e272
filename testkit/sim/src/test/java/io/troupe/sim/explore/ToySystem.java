package io.troupe.sim.explore;

import io.troupe.sim.Choice;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/** Automata that send each other letters over ordered links, drawn at random from a seed: cheap to run by the thousand. */
final class ToySystem implements Execution {

    private static final int NODES = 3;
    private static final int STATES = 3;
    private static final int LETTERS = 2;
    private static final int SENT_MAX = 7;

    /** What a node does on a letter in a state. */
    private record Move(int next, int to, int letter) {}

    private final Move[][][] moves = new Move[NODES][STATES][LETTERS];
    private final int[] states = new int[NODES];
    private final int[] sent = new int[NODES];
    private final Map<String, ArrayDeque<Integer>> links = new TreeMap<>();
    private final int brokenState;
    private int losses;

    ToySystem(long seed, int losses, boolean canBreak) {
        var random = new Random(seed);
        this.losses = losses;
        this.brokenState = canBreak ? random.nextInt(27) : -1;
        for (int node = 0; node < NODES; node++) {
            for (int state = 0; state < STATES; state++) {
                for (int letter = 0; letter < LETTERS; letter++) {
                    int to = random.nextInt(NODES + 1);
                    moves[node][state][letter] =
                            new Move(random.nextInt(STATES), to == node ? NODES : to, random.nextInt(LETTERS));
                }
            }
        }
        for (int i = 0; i < 4; i++) {
            link("x" + i, random.nextInt(NODES)).add(random.nextInt(LETTERS));
        }
    }

    private ArrayDeque<Integer> link(String from, int to) {
        return links.computeIfAbsent(from + " " + to, any -> new ArrayDeque<>());
    }

    @Override
    public List<Choice> choices() {
        List<Choice> choices = new ArrayList<>();
        links.forEach((link, letters) -> {
            if (!letters.isEmpty()) {
                var ends = link.split(" ");
                choices.add(Choice.deliver(ends[0], ends[1]));
                if (losses > 0) {
                    choices.add(Choice.lose(ends[0], ends[1]));
                }
            }
        });
        return choices;
    }

    @Override
    public void take(Choice choice) {
        int node = Integer.parseInt(choice.node());
        int letter = link(choice.from(), node).remove();
        if (choice.isFault()) {
            losses--;
            return;
        }
        var move = moves[node][states[node]][letter];
        states[node] = move.next();
        if (move.to() < NODES && sent[node] < SENT_MAX / NODES) {
            sent[node]++;
            link(String.valueOf(node), move.to()).add(move.letter());
        }
    }

    @Override
    public Moment look() {
        var words = new StringBuilder().append(losses);
        for (int node = 0; node < NODES; node++) {
            words.append(' ').append(states[node]).append('/').append(sent[node]);
        }
        links.forEach((link, letters) -> {
            if (!letters.isEmpty()) {
                words.append(' ').append(link).append(letters);
            }
        });
        boolean isBroken = states[0] * 9 + states[1] * 3 + states[2] == brokenState;
        return new Moment(words.toString(), 0, isBroken ? "in state " + brokenState : null);
    }

    @Override
    public void end() {
        // Nothing is held.
    }
}
