package io.troupe.generals.byzantine;

import io.troupe.generals.Order;
import io.troupe.sim.NodeContext;
import io.troupe.sim.Simulation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.apache.pekko.actor.typed.ActorRef;

/** Generals g0 (the commander), g1, g2, … in one simulated run. */
final class Battle {

    static final String COMMANDER = "g0";
    private static final Duration ROUND = Duration.ofMillis(100);

    /** The generals' number, how many traitors the algorithm is for, the commander's order, and who is a traitor. */
    record Setting(int n, int m, Order order, Set<String> traitors) {

        List<String> generals() {
            return names(n);
        }

        List<String> lieutenants() {
            return generals().subList(1, n);
        }

        Optional<Order> loyalOrder() {
            return traitors.contains(COMMANDER) ? Optional.empty() : Optional.of(order);
        }
    }

    private final Setting setting;
    private final Simulation sim;
    private final Map<String, Order> decisions = new TreeMap<>();
    private final Map<String, String> heard = new TreeMap<>();
    private long messages;

    private Battle(Setting setting, Simulation sim) {
        this.setting = setting;
        this.sim = sim;
    }

    static List<String> names(int n) {
        return IntStream.range(0, n).mapToObj(i -> "g" + i).toList();
    }

    /** Every set of up to {@code most} of {@code n} generals. */
    static List<Set<String>> placements(int n, int most) {
        List<Set<String>> all = new ArrayList<>();
        for (int bits = 0; bits < 1 << n; bits++) {
            int chosen = bits;
            if (Integer.bitCount(bits) <= most) {
                all.add(new TreeSet<>(names(n).stream()
                        .filter(name -> (chosen >> Integer.parseInt(name.substring(1)) & 1) == 1)
                        .toList()));
            }
        }
        return all;
    }

    /** A traitor does not care for the order it was to send. */
    static List<Order> ordersThatMatter(Set<String> traitors) {
        return traitors.contains(COMMANDER) ? List.of(Order.ATTACK) : List.of(Order.values());
    }

    static Battle oral(Simulation sim, Setting setting, Function<String, Allegiance> treason) {
        var battle = new Battle(setting, sim);
        battle.fight(
                (name, node) -> name.equals(COMMANDER)
                        ? new OralCommander(name, setting.order(), setting.lieutenants(), setting.m())
                        : new OralLieutenant(name, COMMANDER, setting.generals(), setting.m(), (what, value) -> {
                            battle.heard.put(name, String.valueOf(value));
                            node.state(what, value);
                        }),
                treason);
        return battle;
    }

    static Battle signed(Simulation sim, Setting setting, Signatures keys, Function<String, Allegiance> treason) {
        var battle = new Battle(setting, sim);
        battle.fight(
                (name, node) -> name.equals(COMMANDER)
                        ? new SignedCommander(
                                name, setting.order(), setting.lieutenants(), setting.m(), keys.signer(name))
                        : new SignedLieutenant(
                                name,
                                COMMANDER,
                                setting.generals(),
                                setting.m(),
                                keys.signer(name),
                                keys.verifier(),
                                node::state),
                treason);
        return battle;
    }

    private interface Casting {
        Role role(String name, NodeContext node);
    }

    private void fight(Casting casting, Function<String, Allegiance> treason) {
        var generals = setting.generals();
        for (String name : generals) {
            sim.node(name, node -> {
                Map<String, ActorRef<General.Command>> others = new LinkedHashMap<>();
                generals.stream()
                        .filter(other -> !other.equals(name))
                        .forEach(other -> others.put(other, node.peer(other)));
                var allegiance = setting.traitors().contains(name) ? treason.apply(name) : Allegiance.loyal();
                return General.create(name, casting.role(name, node), allegiance, others, ROUND, (what, value) -> {
                    node.state(what, value);
                    if (value instanceof Order decided) {
                        decisions.put(name, decided);
                    }
                });
            });
        }
        long before = sim.messagesSent();
        for (String name : generals) {
            begin(name);
        }
        sim.runUntil(() -> decisions.size() == generals.size(), ROUND.multipliedBy(setting.m() + 3L));
        messages = sim.messagesSent() - before;
    }

    @SuppressWarnings("unchecked")
    private void begin(String name) {
        ((ActorRef<General.Command>) sim.node(name).ref()).tell(new General.Begin());
    }

    /** What broke, if anything. */
    Optional<String> broken() {
        Map<String, Order> obeyed = new TreeMap<>(decisions);
        obeyed.keySet().removeAll(setting.traitors());
        obeyed.remove(COMMANDER);
        return InteractiveConsistency.broken(setting.loyalOrder(), obeyed);
    }

    Map<String, Order> decisions() {
        return decisions;
    }

    String heard(String lieutenant) {
        return heard.get(lieutenant);
    }

    long messages() {
        return messages;
    }
}
