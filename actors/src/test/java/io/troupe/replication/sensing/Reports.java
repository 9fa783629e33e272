package io.troupe.replication.sensing;

import io.troupe.replication.Signatures;
import org.apache.pekko.util.ByteString;

/** Reports for liars in other packages. */
public final class Reports {

    private Reports() {}

    /** In another's name, but signed with the liar's own key, for it has no other. */
    public static ByteString inTheNameOf(String source, String quantity, long round, Interval lie, Signatures own) {
        return SensingMachine.report(Report.signed(quantity, source, round, lie, own));
    }
}
