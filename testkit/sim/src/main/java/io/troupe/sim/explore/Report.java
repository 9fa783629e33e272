package io.troupe.sim.explore;

import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

/**
 * What an exploration found, and how much of what there is it has seen.
 *
 * @param boundedBy the bound that kept it from seeing everything; empty when it has seen everything
 * @param states how many different states it has seen
 * @param finals how many of them are final: nothing more happens there unless somebody does harm
 * @param transitions choices taken, those on the way back to a state included
 * @param runs how often the system was started
 */
public record Report(
        String boundedBy,
        Optional<Counterexample> counterexample,
        long states,
        long finals,
        long transitions,
        long runs,
        Duration took) {

    /** Whether every state was seen, and no property broken: then all of them hold. */
    public boolean isExhausted() {
        return boundedBy.isEmpty() && counterexample.isEmpty();
    }

    /**
     * The properties hold in everything that is possible.
     *
     * @throws AssertionError with the counterexample; or because a bound was reached, which proves nothing
     */
    public void assertExhausted() {
        assertNotBroken();
        if (!isExhausted()) {
            throw new AssertionError(this + ", so the properties may yet be broken");
        }
    }

    /**
     * Nothing that was seen breaks a property.
     *
     * @throws AssertionError with the counterexample
     */
    public void assertNotBroken() {
        counterexample.ifPresent(found -> {
            throw new AssertionError(found.toString());
        });
    }

    @Override
    public String toString() {
        double seconds = Math.max(took.toNanos() / 1e9, 1e-9);
        String verdict =
                counterexample.isPresent() ? "broken" : boundedBy.isEmpty() ? "exhausted" : "bounded at " + boundedBy;
        return String.format(
                Locale.ROOT,
                "%s: %,d states, %,d of them final, in %.2f s (%,.0f states/s; %,d steps in %,d runs)",
                verdict,
                states,
                finals,
                seconds,
                states / seconds,
                transitions,
                runs);
    }
}
