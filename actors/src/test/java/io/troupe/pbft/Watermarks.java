package io.troupe.pbft;

/**
 * §4.2: "h &lt; n ≤ H", so that no faulty primary uses up the sequence numbers: nothing is kept above the window, whoever
 * says it, and so what a replica has in memory is bounded.
 */
final class Watermarks implements Inspector {

    @Override
    public void afterStep(Core core) {
        long high = core.ledger.stableSequence() + core.settings.window();
        if (core.highestUsed() > high) {
            throw new AssertionError(
                    core.node + " keeps something at " + core.highestUsed() + ", and its window ends at " + high);
        }
    }
}
