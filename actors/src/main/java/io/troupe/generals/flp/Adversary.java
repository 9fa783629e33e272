package io.troupe.generals.flp;

import io.troupe.generals.flp.Configuration.Event;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Lemma 3: from a bivalent configuration, and with any message that waits, more messages can be delivered, that one last,
 * so that the configuration is bivalent still.
 */
public final class Adversary {

    private record Reached(Configuration configuration, List<Event> schedule) {}

    private final Valency valency;
    private final int coin;

    /** @param coin what coins show, in the protocol that {@code valency} knows */
    public Adversary(Valency valency, int coin) {
        this.valency = valency;
        this.coin = coin;
    }

    boolean isBivalent(Configuration configuration) {
        return valency.isBivalent(configuration);
    }

    /**
     * The shortest schedule that ends with {@code due} and leads from {@code from} to a bivalent configuration.
     *
     * @return empty when there is none; by Lemma 3 there is, if {@code from} is bivalent and the protocol can always go on
     *     without any one of its processes
     */
    public Optional<List<Event>> extend(Configuration from, Event due) {
        Set<String> seen = new HashSet<>();
        var frontier = new ArrayDeque<Reached>();
        frontier.add(new Reached(from.settled(), List.of()));
        seen.add(from.key());
        var message = from.message(due);
        while (!frontier.isEmpty()) {
            var reached = frontier.remove();
            var here = reached.configuration();
            boolean hasBecomeStale = !here.message(due).equals(message);
            if (hasBecomeStale || isBivalent(here.after(due, () -> coin))) {
                return Optional.of(with(reached.schedule(), due));
            }
            for (Event event : here.events()) {
                if (!event.equals(due)) {
                    var next = here.after(event, () -> coin).settled();
                    if (isBivalent(next) && seen.add(next.key())) {
                        frontier.add(new Reached(next, with(reached.schedule(), event)));
                    }
                }
            }
        }
        return Optional.empty();
    }

    private static List<Event> with(List<Event> schedule, Event event) {
        List<Event> longer = new ArrayList<>(schedule);
        longer.add(event);
        return longer;
    }
}
