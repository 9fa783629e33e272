package io.troupe.paxos;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A leader's open instances are kept in runs, and decided as each by itself would be (Paxos Made Simple, §2.3 and §3). */
class OpenInstancesTest {

    private static final List<String> NODES = List.of("n1", "n2", "n3", "n4");

    private final OpenInstances open = new OpenInstances();
    private final TreeMap<Long, Set<String>> voted = new TreeMap<>();
    private long chosen;
    private long next = 1;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
    void eachInstanceIsDecidedByThoseWhoDecideIt(long seed) {
        var random = new SplittableRandom(seed);
        Memberships memberships = changing();
        for (int step = 0; step < 400; step++) {
            if (random.nextInt(3) == 0) {
                propose(1 + random.nextInt(12));
            } else {
                vote(NODES.get(random.nextInt(NODES.size())), chosen + 1 + random.nextInt(12), random, memberships);
            }
            long through = chosenByEach(memberships);
            assertThat(open.chosenThrough(chosen, memberships)).isEqualTo(through);
            open.forgetThrough(through);
            voted.headMap(through, true).clear();
            chosen = through;
            assertThat(open.isEmpty()).isEqualTo(voted.isEmpty());
        }
        assertThat(chosen).as("something was decided").isGreaterThan(40);
    }

    /** With n4 from 30 on, and without n1 from 60 on. */
    private static Memberships changing() {
        Membership three = Membership.founding(Set.of("n1", "n2", "n3"), 0, 8);
        Membership four = three.with("n4", 0);
        var all = new TreeMap<Long, Membership>();
        all.put(0L, three);
        all.put(30L, four);
        all.put(60L, four.without("n1"));
        return new Memberships(all);
    }

    private void propose(int count) {
        List<Decree> batch = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            batch.add(PaperServer.command("c" + (next + i)));
            voted.put(next + i, new HashSet<>());
        }
        open.add(Decrees.of(next, batch));
        next += count;
    }

    private void vote(String node, long first, SplittableRandom random, Memberships memberships) {
        long last = first - 1 + random.nextInt(12);
        open.vote(new Voter(node, 0), first, last, memberships);
        if (first <= last) {
            voted.subMap(first, true, last, true).forEach((instance, nodes) -> {
                if (memberships.at(instance).counts(new Voter(node, 0))) {
                    nodes.add(node);
                }
            });
        }
    }

    private long chosenByEach(Memberships memberships) {
        long through = chosen;
        while (voted.containsKey(through + 1)
                && memberships.at(through + 1).quorums().isPhase2(new TreeSet<>(voted.get(through + 1)))) {
            through++;
        }
        return through;
    }
}
