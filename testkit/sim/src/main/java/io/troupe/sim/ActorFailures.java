package io.troupe.sim;

import java.util.ArrayList;
import java.util.List;
import org.apache.pekko.dispatch.Mailbox;
import org.apache.pekko.dispatch.sysmsg.Failed;
import org.apache.pekko.dispatch.sysmsg.SystemMessage;

/**
 * What the actors below the roots of the nodes failed with, seen where their parents are told of it: typed actors log it past
 * the run.
 */
final class ActorFailures {

    private static final int KEPT_MAX = 100;

    private final List<Throwable> causes = new ArrayList<>();

    /** @param work that is about to be run */
    void look(Runnable work) {
        if (work instanceof Mailbox mailbox && mailbox.hasSystemMessages()) {
            for (SystemMessage message = mailbox.systemQueueGet(); message != null; message = message.next()) {
                if (message instanceof Failed failed && causes.size() < KEPT_MAX) {
                    causes.add(failed.cause());
                }
            }
        }
    }

    void begin() {
        causes.clear();
    }

    List<Throwable> causes() {
        return List.copyOf(causes);
    }
}
