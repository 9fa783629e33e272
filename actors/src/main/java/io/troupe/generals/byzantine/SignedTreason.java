package io.troupe.generals.byzantine;

import io.troupe.generals.Order;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

/** What a traitor may do with signed messages, the signatures of all traitors at hand. */
public enum SignedTreason {
    /** The commander orders the opposite; a lieutenant turns the order around and leaves the signatures as they are. */
    LIE,
    /** Tells one half ATTACK and the other RETREAT, over the signatures of all traitors. */
    SPLIT,
    SILENT,
    /** Does what it should, a round too late. */
    LATE,
    /** Sends both orders to everybody over signatures of loyal generals, which it has made up. */
    FORGE,
    /** Keeps quiet until the last round, and then tells one loyal general alone, over all signatures it can have. */
    LAST_MOMENT,
    /** As LAST_MOMENT, with its own signature as often as is needed for the length. */
    PAD,
    RANDOM;

    /**
     * @param self the traitor
     * @param commander loyal or not
     * @param generals all of them
     * @param traitors with their signatures, which they share
     * @param rounds how many there are
     */
    public Allegiance of(
            String self,
            String commander,
            List<String> generals,
            Map<String, Signer> traitors,
            int rounds,
            RandomGenerator random) {
        var plot = new Plot(self, commander, generals, traitors, rounds);
        return switch (this) {
            case LIE -> (round, due) -> due.stream().map(plot::lie).toList();
            case SPLIT -> (round, due) -> plot.split(round, due);
            case SILENT -> (round, due) -> List.of();
            case LATE -> OralTreason.heldBack();
            case FORGE -> (round, due) -> plot.forge(due);
            case LAST_MOMENT -> (round, due) -> round < rounds ? List.of() : plot.lastMoment(false);
            case PAD -> (round, due) -> round < rounds ? List.of() : plot.lastMoment(true);
            case RANDOM -> (round, due) -> plot.any(round, due, random);
        };
    }

    private record Plot(
            String self, String commander, List<String> generals, Map<String, Signer> traitors, int rounds) {

        private Signer signer(String traitor) {
            var signer = traitors.get(traitor);
            if (signer == null) {
                throw new IllegalArgumentException(traitor + " is no traitor; traitors are " + traitors.keySet());
            }
            return signer;
        }

        private List<String> loyal() {
            return generals.stream()
                    .filter(general -> !traitors.containsKey(general))
                    .toList();
        }

        /** Signed by the commander, who is a traitor, by {@code accomplices} of the other traitors, and by itself. */
        private SignedMessage made(Order order, int accomplices) {
            var message = new SignedMessage(order, List.of()).sealed(commander, signer(commander));
            int left = accomplices;
            for (String traitor : traitors.keySet()) {
                if (left > 0 && !traitor.equals(commander) && !traitor.equals(self)) {
                    message = message.sealed(traitor, signer(traitor));
                    left--;
                }
            }
            return self.equals(commander) ? message : message.sealed(self, signer(self));
        }

        Sending lie(Sending due) {
            var message = (SignedMessage) due.message();
            var order = message.order().opposite();
            return new Sending(
                    due.to(),
                    self.equals(commander) && message.seals().size() == 1
                            ? new SignedMessage(order, List.of()).sealed(self, signer(self))
                            : new SignedMessage(order, message.seals()));
        }

        /** The traitorous commander and its lieutenants agree on the halves. */
        List<Sending> split(int round, List<Sending> due) {
            if (!traitors.containsKey(commander)) {
                return due.stream()
                        .filter(sending -> loyal().indexOf(sending.to()) % 2 == 0)
                        .toList();
            }
            List<Sending> said = new ArrayList<>();
            for (String to : loyal()) {
                var order = 2 * loyal().indexOf(to) < loyal().size() ? Order.ATTACK : Order.RETREAT;
                said.add(new Sending(to, made(order, round - 1)));
            }
            return said;
        }

        List<Sending> forge(List<Sending> due) {
            List<Sending> said = new ArrayList<>(due);
            for (String to : loyal()) {
                for (Order order : Order.values()) {
                    var message = new SignedMessage(order, List.of());
                    if (!self.equals(commander)) {
                        message = message.sealed(commander, signer(self));
                    }
                    said.add(new Sending(to, message.sealed(self, signer(self))));
                }
            }
            return said;
        }

        List<Sending> lastMoment(boolean isPadded) {
            if (!traitors.containsKey(commander)) {
                return List.of();
            }
            var message = made(Order.ATTACK, traitors.size());
            while (isPadded && message.seals().size() < rounds) {
                message = message.sealed(self, signer(self));
            }
            return loyal().isEmpty() ? List.of() : List.of(new Sending(loyal().get(loyal().size() - 1), message));
        }

        List<Sending> any(int round, List<Sending> due, RandomGenerator random) {
            List<Sending> said = new ArrayList<>();
            for (var sending : due) {
                if (random.nextInt(3) > 0) {
                    said.add(random.nextInt(4) > 0 ? sending : lie(sending));
                }
            }
            if (traitors.containsKey(commander)) {
                for (String to : loyal()) {
                    if (random.nextBoolean()) {
                        var order = random.nextBoolean() ? Order.ATTACK : Order.RETREAT;
                        said.add(new Sending(to, made(order, random.nextInt(round + 1))));
                    }
                }
            }
            return said;
        }
    }
}
