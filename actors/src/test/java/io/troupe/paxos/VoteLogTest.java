package io.troupe.paxos;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An acceptor's votes are kept in pieces, and are those of a map from instance to vote. */
class VoteLogTest {

    private static final int INSTANCES = 40;

    private final VoteLog log = new VoteLog(0);
    private final TreeMap<Long, Vote> model = new TreeMap<>();
    private long base;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
    void isAMapOfInstances(long seed) {
        var random = new SplittableRandom(seed);
        for (int step = 0; step < 300; step++) {
            if (random.nextInt(20) == 0) {
                forgetThrough(base + random.nextInt(6));
            } else {
                put(votes(random));
            }
            isTheModel(base + random.nextInt(INSTANCES), base + random.nextInt(INSTANCES));
        }
    }

    private Votes votes(SplittableRandom random) {
        long first = Math.max(1, base - 3 + random.nextInt(INSTANCES));
        List<Decree> decrees = new ArrayList<>();
        for (int i = random.nextInt(9); i > 0; i--) {
            decrees.add(PaperServer.command("c" + random.nextInt(1000)));
        }
        return new Votes(new Ballot(1 + random.nextInt(3), "n1"), Decrees.of(first, decrees));
    }

    private void put(Votes votes) {
        log.put(votes);
        for (long i = Math.max(base + 1, votes.first()); i <= votes.last(); i++) {
            model.put(i, votes.at(i));
        }
    }

    private void forgetThrough(long instance) {
        log.forgetThrough(instance);
        model.headMap(instance, true).clear();
        base = instance;
    }

    private void isTheModel(long from, long to) {
        assertThat(log.base()).isEqualTo(base);
        assertThat(log.last()).isEqualTo(model.isEmpty() ? base : model.lastKey());
        assertThat(log.from(from)).containsExactlyElementsOf(model.tailMap(from).values());
        for (long i = base; i <= base + INSTANCES + 10; i++) {
            assertThat(log.get(i)).isEqualTo(Optional.ofNullable(model.get(i)));
        }
        var ballot = new Ballot(2, "n1");
        long voted = from;
        while (voted < to
                && Optional.ofNullable(model.get(voted + 1))
                        .filter(vote -> vote.ballot().equals(ballot))
                        .isPresent()) {
            voted++;
        }
        assertThat(log.votedThrough(from, to, ballot)).isEqualTo(voted);
        for (long bytesMax : new long[] {1, 200, Long.MAX_VALUE}) {
            assertThat(log.decrees(from, to, bytesMax)).isEqualTo(Decrees.of(from, decrees(from, to, bytesMax)));
        }
    }

    private List<Decree> decrees(long from, long to, long bytesMax) {
        List<Decree> found = new ArrayList<>();
        long bytes = 0;
        for (long i = from; i <= to && model.containsKey(i); i++) {
            Decree decree = model.get(i).decree();
            bytes += decree.sizeBytes();
            if (bytes > bytesMax && !found.isEmpty()) {
                break;
            }
            found.add(decree);
        }
        return found;
    }
}
