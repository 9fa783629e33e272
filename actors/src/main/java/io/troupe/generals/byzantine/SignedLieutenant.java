package io.troupe.generals.byzantine;

import io.troupe.generals.Chronicle;
import io.troupe.generals.Order;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * SM(m), steps 2 and 3: keeps the set V of properly signed orders that it has heard, hands each new one on with its own
 * signature added, and obeys <em>choice</em>(V).
 */
public final class SignedLieutenant implements Role {

    private final String self;
    private final String commander;
    private final List<String> generals;
    private final int m;
    private final Signer signer;
    private final Verifier verifier;
    private final Chronicle chronicle;
    private final Set<Order> orders = EnumSet.noneOf(Order.class); // V
    private final List<SignedMessage> toHandOn = new ArrayList<>();

    /**
     * @param generals all of them
     * @param m how many traitors there are at most
     * @param chronicle is told {@code "orders"}: V
     * @throws IllegalArgumentException when {@code generals} has not two that are {@code self} and {@code commander}, or has a
     *     name twice, or {@code m} is below 0
     */
    public SignedLieutenant(
            String self,
            String commander,
            List<String> generals,
            int m,
            Signer signer,
            Verifier verifier,
            Chronicle chronicle) {
        Ranks.requireOfLieutenant(self, commander, generals, m);
        this.self = self;
        this.commander = commander;
        this.generals = generals.stream().sorted().toList();
        this.m = m;
        this.signer = signer;
        this.verifier = verifier;
        this.chronicle = chronicle;
    }

    /**
     * (n-1) + (n-1)(n-2) with a loyal commander and m > 0; every further order costs up to (n-1)(n-2) more.
     *
     * @throws IllegalArgumentException when there is no general, or {@code m} is below 0
     */
    public static long messages(int n, int m) {
        Ranks.requireNumbers(n, m);
        return m == 0 ? n - 1 : n - 1 + (long) (n - 1) * (n - 2);
    }

    @Override
    public int rounds() {
        return m + 1;
    }

    @Override
    public List<Sending> send(int round) {
        List<Sending> due = new ArrayList<>();
        for (var message : toHandOn) {
            var mine = message.sealed(self, signer);
            for (String to : generals) {
                if (!mine.signers().contains(to)) {
                    due.add(new Sending(to, mine));
                }
            }
        }
        toHandOn.clear();
        return due;
    }

    @Override
    public void receive(int round, String from, Message message) {
        if (message instanceof SignedMessage signed
                && !orders.contains(signed.order()) // Step 2(B)(i): else there is nothing new in it
                && isOnTime(round, signed)
                && isWellFormed(from, signed)
                && signed.isAuthentic(verifier)) {
            orders.add(signed.order());
            chronicle.state("orders", orders.toString());
            if (signed.seals().size() <= m) { // k < m in step 2(B)(ii): k counts the lieutenants alone
                toHandOn.add(signed);
            }
        }
    }

    /**
     * §6: a message with k signatures comes within k rounds or counts as absent. Who got it in the last round with m+1
     * signatures knows that a loyal general is among them, and has told everybody.
     */
    private static boolean isOnTime(int round, SignedMessage message) {
        return message.seals().size() >= round;
    }

    private boolean isWellFormed(String from, SignedMessage message) {
        var signers = message.signers();
        return !signers.isEmpty()
                && signers.size() <= m + 1
                && signers.get(0).equals(commander)
                && signers.get(signers.size() - 1).equals(from)
                && !signers.contains(self)
                && generals.containsAll(signers)
                && areDistinct(signers);
    }

    /** A traitor's many signatures are worth one. */
    private static boolean areDistinct(List<String> signers) {
        return new HashSet<>(signers).size() == signers.size();
    }

    @Override
    public Order decide() {
        return choice(orders);
    }

    /** §4: the one element of V; RETREAT when there is none, and when there are two. */
    static Order choice(Collection<Order> orders) {
        return orders.size() == 1 ? orders.iterator().next() : Order.RETREAT;
    }
}
