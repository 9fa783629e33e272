package io.troupe.bench.generals;

import io.troupe.generals.Order;
import io.troupe.generals.byzantine.Allegiance;
import io.troupe.generals.byzantine.Ed25519;
import io.troupe.generals.byzantine.General;
import io.troupe.generals.byzantine.InteractiveConsistency;
import io.troupe.generals.byzantine.OralCommander;
import io.troupe.generals.byzantine.OralLieutenant;
import io.troupe.generals.byzantine.OralTreason;
import io.troupe.generals.byzantine.Role;
import io.troupe.generals.byzantine.SignedCommander;
import io.troupe.generals.byzantine.SignedLieutenant;
import io.troupe.generals.byzantine.SignedTreason;
import io.troupe.generals.byzantine.Signer;
import io.troupe.generals.byzantine.Verifier;
import io.troupe.sim.NodeContext;
import io.troupe.sim.Simulation;
import io.troupe.sim.Stage;
import java.io.IOException;
import java.security.PublicKey;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.javadsl.Adapter;

/** Three generals cannot cope with one traitor by word of mouth; four can, and three who sign. */
final class ByzantineScene implements Scene {

    private static final Duration ROUND = Duration.ofMillis(100);
    private static final String COMMANDER = "g0";
    private static final int GENERALS_MAX = 10;

    private final Map<String, Signer> signers = new TreeMap<>();
    private final Verifier verifier;

    ByzantineScene() {
        Map<String, PublicKey> known = new TreeMap<>();
        for (String name : names(GENERALS_MAX)) {
            var keys = Ed25519.keys();
            known.put(name, keys.getPublic());
            signers.put(name, Ed25519.signer(keys.getPrivate()));
        }
        verifier = Ed25519.verifier(known);
    }

    private static List<String> names(int n) {
        return IntStream.range(0, n).mapToObj(i -> "g" + i).toList();
    }

    private record Battle(
            String title, String file, int n, int m, Set<String> traitors, boolean isSigned, Object treason) {}

    @Override
    public boolean play(Page page) throws IOException {
        page.heading(
                "BYZANTINE GENERALS. The commander g0 orders ATTACK; IC1: the loyal lieutenants do the same; IC2: what a"
                        + " loyal commander orders.");
        boolean isAsProved = true;
        try (var stage = Stage.open()) {
            isAsProved &= fight(
                            page,
                            stage,
                            new Battle(
                                    "OM(1), three generals, g2 lies about what g0 said",
                                    "byzantine-oral-3.html",
                                    3,
                                    1,
                                    Set.of("g2"),
                                    false,
                                    OralTreason.LIE))
                    .isPresent();
            isAsProved &= fight(
                            page,
                            stage,
                            new Battle(
                                    "OM(1), four generals, g2 lies",
                                    "byzantine-oral-4.html",
                                    4,
                                    1,
                                    Set.of("g2"),
                                    false,
                                    OralTreason.LIE))
                    .isEmpty();
            isAsProved &= fight(
                            page,
                            stage,
                            new Battle(
                                    "OM(1), four generals, the commander says different things",
                                    "byzantine-oral-4-commander.html",
                                    4,
                                    1,
                                    Set.of("g0"),
                                    false,
                                    OralTreason.SPLIT))
                    .isEmpty();
            isAsProved &= fight(
                            page,
                            stage,
                            new Battle(
                                    "SM(1), three generals who sign (Ed25519), the commander says both",
                                    "byzantine-signed-3.html",
                                    3,
                                    1,
                                    Set.of("g0"),
                                    true,
                                    SignedTreason.SPLIT))
                    .isEmpty();
            isAsProved &= count(page, stage);
        }
        return isAsProved;
    }

    private Optional<String> fight(Page page, Stage stage, Battle battle) throws IOException {
        try (var sim = stage.simulate(1)) {
            sim.recordTrace();
            var broken = fight(sim, battle);
            page.line("%s: %s", battle.title(), broken.orElse("IC1 and IC2 hold"));
            page.diagram(sim, battle.title(), battle.file());
            return broken;
        }
    }

    private boolean count(Page page, Stage stage) {
        page.gap();
        page.line("Messages by word of mouth, counted and as the formula (n-1) + (n-1)(n-2) + … + (n-1)…(n-m-1) says:");
        boolean isRight = count(page, stage, false);
        page.gap();
        page.line("And signed, counted and as the formula (n-1) + (n-1)(n-2) says, whatever m is from 1 on:");
        isRight &= count(page, stage, true);
        return isRight;
    }

    /** Among loyal generals. */
    private boolean count(Page page, Stage stage, boolean isSigned) {
        boolean isRight = true;
        for (int m = 0; m <= 3; m++) {
            var text = new StringBuilder();
            for (int n = 3 * m + 1; n <= 7 || n == 3 * m + 1; n++) {
                try (var sim = stage.simulate(1)) {
                    fight(sim, new Battle("", "", n, m, Set.of(), isSigned, OralTreason.SILENT));
                    long counted = sim.messagesSent();
                    long formula = isSigned ? SignedLieutenant.messages(n, m) : OralLieutenant.messages(n, m);
                    isRight &= counted == formula;
                    text.append(String.format(Locale.ROOT, "n=%d: %d (%d)   ", n, counted, formula));
                }
            }
            page.line("m=%d   %s", m, text.toString().strip());
        }
        return isRight;
    }

    private Optional<String> fight(Simulation sim, Battle battle) {
        Map<String, Order> decisions = new TreeMap<>();
        var generals = names(battle.n());
        for (String name : generals) {
            sim.node(name, node -> {
                Map<String, ActorRef<General.Command>> others = new HashMap<>();
                generals.stream()
                        .filter(other -> !other.equals(name))
                        .forEach(other -> others.put(other, node.peer(other)));
                return General.create(
                        name, role(battle, name, node), allegiance(battle, name), others, ROUND, (what, value) -> {
                            node.state(what, value);
                            if (value instanceof Order decision) {
                                decisions.put(name, decision);
                            }
                        });
            });
        }
        generals.forEach(name -> Adapter.toClassic(sim.node(name).ref())
                .tell(new General.Begin(), org.apache.pekko.actor.ActorRef.noSender()));
        sim.runUntil(() -> decisions.size() == generals.size(), ROUND.multipliedBy(battle.m() + 3L));
        Map<String, Order> obeyed = new TreeMap<>(decisions);
        obeyed.keySet().removeAll(battle.traitors());
        obeyed.remove(COMMANDER);
        return InteractiveConsistency.broken(
                battle.traitors().contains(COMMANDER) ? Optional.empty() : Optional.of(Order.ATTACK), obeyed);
    }

    private Role role(Battle battle, String name, NodeContext node) {
        var generals = names(battle.n());
        var lieutenants = generals.subList(1, battle.n());
        if (!battle.isSigned()) {
            return name.equals(COMMANDER)
                    ? new OralCommander(name, Order.ATTACK, lieutenants, battle.m())
                    : new OralLieutenant(name, COMMANDER, generals, battle.m(), node::state);
        }
        var signer = signer(name);
        return name.equals(COMMANDER)
                ? new SignedCommander(name, Order.ATTACK, lieutenants, battle.m(), signer)
                : new SignedLieutenant(name, COMMANDER, generals, battle.m(), signer, verifier, node::state);
    }

    private Signer signer(String name) {
        var signer = signers.get(name);
        if (signer == null) {
            throw new IllegalArgumentException(name + " has no key; " + signers.keySet() + " have");
        }
        return signer;
    }

    private Allegiance allegiance(Battle battle, String name) {
        if (!battle.traitors().contains(name)) {
            return Allegiance.loyal();
        }
        var generals = names(battle.n());
        if (battle.treason() instanceof OralTreason oral) {
            return oral.of(name, generals, battle.traitors(), new Random(1));
        }
        Map<String, Signer> theirs = new TreeMap<>();
        battle.traitors().forEach(traitor -> theirs.put(traitor, signer(traitor)));
        return ((SignedTreason) battle.treason()).of(name, COMMANDER, generals, theirs, battle.m() + 1, new Random(1));
    }
}
