package io.troupe.generals.byzantine;

import io.troupe.generals.Order;
import java.util.List;

/** OM(m), step 1: "the commander sends his value to every lieutenant". */
public record OralCommander(String name, Order order, List<String> lieutenants, int m) implements Role {

    /** @throws IllegalArgumentException when two generals have one name, or {@code m} is below 0 */
    public OralCommander {
        lieutenants = List.copyOf(lieutenants);
        Ranks.requireOfCommander(name, lieutenants, m);
    }

    @Override
    public int rounds() {
        return m + 1;
    }

    @Override
    public List<Sending> send(int round) {
        return round > 1
                ? List.of()
                : lieutenants.stream()
                        .map(to -> new Sending(to, new OralMessage(List.of(name), order)))
                        .toList();
    }

    @Override
    public void receive(int round, String from, Message message) {
        // Nobody tells the commander anything.
    }

    @Override
    public Order decide() {
        return order;
    }
}
