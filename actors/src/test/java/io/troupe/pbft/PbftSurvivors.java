package io.troupe.pbft;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.sim.Simulation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * §4.4: f replicas are killed just when a request has committed in view v, and the others change to v+1: there it is under the
 * same number.
 */
final class PbftSurvivors {

    /** When they are killed. */
    enum Moment {
        /** One of them has committed, and none of the others has. */
        ONE_OF_THEM_ALONE_KNOWS,
        ALL_KNOW
    }

    /** So long that nothing becomes stable: the new view must tell of all that has committed. */
    private static final String NO_CHECKPOINTS = "checkpoint-interval = 200, window = 400";

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final Simulation sim;
    private final PbftGroup group;
    private final Set<String> victims;
    private final List<String> survivors;

    /** @param size 3f+1 */
    PbftSurvivors(Simulation sim, int size, Set<String> victims) {
        this.sim = sim;
        this.group = new PbftGroup(sim, size, Set.of(), NO_CHECKPOINTS);
        this.victims = victims;
        this.survivors =
                group.names.stream().filter(name -> !victims.contains(name)).toList();
    }

    /** All sets of so many of these. */
    static List<Set<String>> subsets(List<String> names, int size) {
        if (size == 0) {
            return List.of(Set.of());
        }
        List<Set<String>> all = new ArrayList<>();
        for (int first = 0; first < names.size(); first++) {
            for (Set<String> rest : subsets(names.subList(first + 1, names.size()), size - 1)) {
                TreeSet<String> subset = new TreeSet<>(rest);
                subset.add(names.get(first));
                all.add(subset);
            }
        }
        return all;
    }

    void play(Moment moment) {
        sim.runFor(Duration.ofMillis(300));
        sim.runUntil(() -> hasCome(moment), PATIENCE);
        long view = group.agreement.views();
        long sequence = group.agreement.highest();
        Digest committed = committed(group.names, sequence).orElseThrow();
        victims.forEach(victim -> group.node(victim).crash());
        leave(view);
        sim.runUntil(() -> survivors.stream().allMatch(name -> isIn(name, view + 1, sequence)), PATIENCE);
        for (String survivor : survivors) {
            assertThat(group.replica(survivor).slot(sequence).prePrepared())
                    .as("under %s at %s, when %s were killed, %s", sequence, survivor, victims, moment)
                    .contains(committed);
        }
        group.finish();
    }

    private boolean hasCome(Moment moment) {
        long sequence = group.agreement.highest();
        return sequence > 0
                && (moment == Moment.ALL_KNOW
                        ? group.names.stream().allMatch(name -> committed(List.of(name), sequence)
                                .isPresent())
                        : committed(survivors, sequence).isEmpty());
    }

    private Optional<Digest> committed(List<String> nodes, long sequence) {
        return nodes.stream()
                .flatMap(name -> group.replica(name).slotIfAny(sequence).stream())
                .flatMap(slot -> slot.committed().stream())
                .findFirst();
    }

    /** A primary that lives is cut off until the others have lost their patience. */
    private void leave(long view) {
        String primary = group.replica("n1").members.primary(view);
        List<String> backups =
                survivors.stream().filter(name -> !name.equals(primary)).toList();
        if (survivors.contains(primary)) {
            sim.partition(Set.of(primary), Set.copyOf(backups));
        }
        sim.runUntil(
                () -> backups.stream()
                        .anyMatch(name -> group.replica(name).ledger.view() > view),
                PATIENCE);
        sim.heal();
    }

    /** What the view begins with at the number is here. */
    private boolean isIn(String survivor, long view, long sequence) {
        Core core = group.replica(survivor);
        return core.ledger.isActive()
                && core.ledger.view() >= view
                && core.slot(sequence).prePrepared().isPresent();
    }
}
