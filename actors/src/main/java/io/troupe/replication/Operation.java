package io.troupe.replication;

import java.util.Optional;
import org.apache.pekko.util.ByteString;

/** What an engine has ordered at one index, as the {@link Applier} sees it: what is none of these is a no-op to it. */
public interface Operation {

    /** Opens a client session whose id is the index. */
    interface OpenSession extends Operation {}

    /** Its content is not kept here, so that no state can be made of it. */
    interface Elided extends Operation {}

    /** Changes who belongs to the group. */
    interface Reconfigure extends Operation {
        /** From then on; empty where more is to come before that is settled. */
        Optional<Replica.Members> members();
    }

    /** A client's command; see {@link Replica.Propose}. */
    interface Command extends Operation {
        long session();

        long serial();

        long acknowledgedBelow();

        ByteString command();
    }
}
