package io.troupe.pbft;

import io.troupe.replication.StateMachine;
import java.util.Optional;
import java.util.function.BiPredicate;
import org.apache.pekko.util.ByteString;

/**
 * With which value this replica proposes a batch, and which it accepts with one (§4.6): one that its service's {@link
 * NonDeterminism} takes, where there are requests; none for the null request, nor for a service that needs none.
 */
record Choices(Optional<NonDeterminism.Choice> choice) {

    static final Choices NONE = new Choices(Optional.empty());

    static Choices of(StateMachine machine) {
        return machine instanceof NonDeterminism service ? new Choices(Optional.of(service.choice())) : NONE;
    }

    /** As primary. */
    Optional<ByteString> propose() {
        return choice.map(NonDeterminism.Choice::propose);
    }

    /** As backup, what the primary proposes. */
    boolean accepts(Proposal proposal) {
        return fits(proposal, NonDeterminism.Choice::accepts);
    }

    /** What others say has prepared. */
    boolean canHaveAccepted(Proposal proposal) {
        return fits(proposal, NonDeterminism.Choice::canHaveAccepted);
    }

    private boolean fits(Proposal proposal, BiPredicate<NonDeterminism.Choice, ByteString> rule) {
        if (choice.isEmpty() || proposal.requests().isEmpty()) {
            return proposal.value().isEmpty();
        }
        return proposal.value().filter(value -> rule.test(choice.get(), value)).isPresent();
    }
}
