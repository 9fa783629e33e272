package io.troupe.generals.byzantine;

import io.troupe.generals.Order;
import java.util.Collection;
import java.util.Collections;

/** §3, the function <em>majority</em>: what more than half say, else RETREAT. */
final class Majority {

    private Majority() {}

    static Order of(Collection<Order> values) {
        int attack = Collections.frequency(values, Order.ATTACK);
        return 2 * attack > values.size() ? Order.ATTACK : Order.RETREAT;
    }
}
