package io.troupe.generals.byzantine;

import io.troupe.generals.Order;
import java.util.List;

/** SM(m), step 1: "the commander signs and sends his value to every lieutenant". */
public record SignedCommander(String name, Order order, List<String> lieutenants, int m, Signer signer)
        implements Role {

    /** @throws IllegalArgumentException when two generals have one name, or {@code m} is below 0 */
    public SignedCommander {
        lieutenants = List.copyOf(lieutenants);
        Ranks.requireOfCommander(name, lieutenants, m);
    }

    @Override
    public int rounds() {
        return m + 1;
    }

    @Override
    public List<Sending> send(int round) {
        if (round > 1) {
            return List.of();
        }
        var signed = new SignedMessage(order, List.of()).sealed(name, signer);
        return lieutenants.stream().map(to -> new Sending(to, signed)).toList();
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
