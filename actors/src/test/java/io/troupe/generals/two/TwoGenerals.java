package io.troupe.generals.two;

import io.troupe.generals.Order;
import io.troupe.generals.two.AlliedGeneral.Plan;
import io.troupe.sim.NodeContext;
import io.troupe.sim.Simulation;
import java.util.Map;
import java.util.TreeMap;

/** Generals a and b, and what they have decided. */
final class TwoGenerals {

    private final Map<String, Order> decisions = new TreeMap<>();

    /** @param neededByA how many messages a must have heard to attack */
    TwoGenerals(Simulation sim, Plan plan, int neededByA, int neededByB) {
        sim.node(
                "a",
                node -> AlliedGeneral.create(
                        plan, true, neededByA, node.peer("b"), (what, value) -> tell(node, what, value)));
        sim.node(
                "b",
                node -> AlliedGeneral.create(
                        plan, false, neededByB, node.peer("a"), (what, value) -> tell(node, what, value)));
    }

    private void tell(NodeContext node, String what, Object value) {
        node.state(what, value);
        if (value instanceof Order decision) {
            decisions.put(node.name(), decision);
        }
    }

    boolean haveDecided() {
        return decisions.size() == 2;
    }

    boolean disagree() {
        return haveDecided() && decisions.get("a") != decisions.get("b");
    }

    boolean attack() {
        return haveDecided() && !disagree() && decisions.get("a") == Order.ATTACK;
    }
}
