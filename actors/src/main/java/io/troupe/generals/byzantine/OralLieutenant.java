package io.troupe.generals.byzantine;

import io.troupe.generals.Chronicle;
import io.troupe.generals.Order;
import java.util.ArrayList;
import java.util.List;

/**
 * OM(m), steps 2 and 3: hands on what it has heard as the commander of an OM(m-1) of its own, and uses the majority of
 * what it obtains. All executions of one depth take place in the same round.
 */
public final class OralLieutenant implements Role {

    private final String self;
    private final String commander;
    private final int m;
    private final OralTree tree;
    private final Chronicle chronicle;

    /**
     * @param generals all of them
     * @param m how many traitors there are at most
     * @param chronicle is told {@code "heard"}: everything, by the path that it came
     * @throws IllegalArgumentException when {@code generals} has not two that are {@code self} and {@code commander}, or has a
     *     name twice, or {@code m} is below 0
     */
    public OralLieutenant(String self, String commander, List<String> generals, int m, Chronicle chronicle) {
        Ranks.requireOfLieutenant(self, commander, generals, m);
        this.self = self;
        this.commander = commander;
        this.m = m;
        this.tree = new OralTree(self, commander, generals, m);
        this.chronicle = chronicle;
    }

    /**
     * (n-1) + (n-1)(n-2) + … + (n-1)(n-2)…(n-m-1): OM(m-k) is executed (n-1)…(n-k) times (§3), and each sends to all who
     * are left.
     *
     * @throws IllegalArgumentException when there is no general, or {@code m} is below 0
     * @throws ArithmeticException when it is more than a long can say
     */
    public static long messages(int n, int m) {
        Ranks.requireNumbers(n, m);
        long sum = 0;
        long product = 1;
        for (int k = 1; k <= m + 1 && k < n; k++) {
            product = Math.multiplyExact(product, n - k);
            sum = Math.addExact(sum, product);
        }
        return sum;
    }

    @Override
    public int rounds() {
        return m + 1;
    }

    @Override
    public List<Sending> send(int round) {
        List<Sending> due = new ArrayList<>();
        if (round > 1) {
            for (var path : tree.paths(round - 1)) {
                var word = new OralMessage(OralMessage.through(path, self), tree.heard(path));
                tree.outside(path).forEach(to -> due.add(new Sending(to, word)));
            }
        }
        return due;
    }

    @Override
    public void receive(int round, String from, Message message) {
        if (message instanceof OralMessage oral) {
            tree.hear(round, from, oral);
        }
    }

    @Override
    public Order decide() {
        chronicle.state("heard", tree.toString());
        return tree.obtained(List.of(commander));
    }
}
