package io.troupe.generals.byzantine;

import io.troupe.generals.Order;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;

/** What a traitor may do with oral messages; write an {@link Allegiance} of your own for anything else. */
public enum OralTreason {
    /** Says the opposite of what it should. */
    LIE,
    /** Says ATTACK to one half and RETREAT to the other, each traitor with halves of its own. */
    SPLIT,
    SILENT,
    /** All traitors tell one half of the loyal that everybody says ATTACK, and the other half that all say RETREAT. */
    COLLUDE,
    /** Does what it should, a round too late. */
    LATE,
    /** Lies, and also claims to be each of the others. */
    IMPERSONATE,
    /** Anything, to anybody, anew each time. */
    RANDOM;

    /**
     * @param self the traitor
     * @param generals all of them
     * @param traitors all of them, who know each other
     */
    public Allegiance of(String self, List<String> generals, Set<String> traitors, RandomGenerator random) {
        var loyal =
                generals.stream().filter(general -> !traitors.contains(general)).toList();
        return switch (this) {
            case LIE -> (round, due) -> changed(due, OralTreason::lie);
            case SPLIT ->
                (round, due) -> changed(
                        due,
                        sending -> saying(
                                sending,
                                (generals.indexOf(sending.to()) + generals.indexOf(self)) % 2 == 0
                                        ? Order.ATTACK
                                        : Order.RETREAT));
            case SILENT -> (round, due) -> List.of();
            case COLLUDE ->
                (round, due) -> changed(
                        due,
                        sending -> saying(
                                sending,
                                2 * loyal.indexOf(sending.to()) < loyal.size() ? Order.ATTACK : Order.RETREAT));
            case LATE -> heldBack();
            case IMPERSONATE -> (round, due) -> impersonating(self, generals, changed(due, OralTreason::lie));
            case RANDOM -> (round, due) -> atRandom(due, random);
        };
    }

    private interface Change {
        Sending of(Sending due);
    }

    private static List<Sending> changed(List<Sending> due, Change change) {
        return due.stream().map(change::of).toList();
    }

    private static Sending lie(Sending due) {
        return saying(due, ((OralMessage) due.message()).order().opposite());
    }

    private static Sending saying(Sending due, Order order) {
        return new Sending(due.to(), new OralMessage(((OralMessage) due.message()).path(), order));
    }

    static Allegiance heldBack() {
        List<Sending> held = new ArrayList<>();
        return (round, due) -> {
            var now = List.copyOf(held);
            held.clear();
            held.addAll(due);
            return now;
        };
    }

    private static List<Sending> impersonating(String self, List<String> generals, List<Sending> due) {
        List<Sending> all = new ArrayList<>();
        for (var sending : due) {
            var said = (OralMessage) sending.message();
            var before = said.path().subList(0, said.path().size() - 1);
            for (String other : generals) {
                if (!other.equals(self) && !before.contains(other)) {
                    all.add(new Sending(
                            sending.to(), new OralMessage(OralMessage.through(before, other), said.order())));
                }
            }
        }
        all.addAll(due);
        return all;
    }

    private static List<Sending> atRandom(List<Sending> due, RandomGenerator random) {
        List<Sending> said = new ArrayList<>();
        for (var sending : due) {
            if (random.nextInt(5) > 0) {
                said.add(saying(sending, random.nextBoolean() ? Order.ATTACK : Order.RETREAT));
            }
        }
        return said;
    }
}
