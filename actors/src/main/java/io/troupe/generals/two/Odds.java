package io.troupe.generals.two;

import io.troupe.generals.two.AlliedGeneral.Plan;

/**
 * How likely what is, when each messenger is caught with probability {@code loss}, independently of the others.
 *
 * @param loss from 0 to 1
 * @param acknowledgements k, from 0
 * @param copies messengers for each message
 */
public record Odds(double loss, int acknowledgements, int copies) {

    public Odds {
        if (!(loss >= 0 && loss <= 1)) {
            throw new IllegalArgumentException("a messenger is lost with a probability from 0 to 1, not " + loss);
        }
        Plan.require(acknowledgements, copies);
    }

    /** That a message does not come: all its messengers are caught. */
    public double silence() {
        return Math.pow(loss, copies);
    }

    /** That one attacks alone: all messages have come but the last. */
    public double disaster() {
        return Math.pow(1 - silence(), acknowledgements) * silence();
    }

    public double victory() {
        return Math.pow(1 - silence(), acknowledgements + 1.0);
    }

    /** That nobody attacks. */
    public double inaction() {
        return 1 - victory() - disaster();
    }
}
