package io.troupe.replication;

import org.slf4j.Logger;
import org.slf4j.MDC;

/**
 * Puts a replica's group, and its term where there is one, beside what is logged next. Pekko empties the MDC after a
 * message whose handler has asked for its actor's logger, so a message that logs nothing pays nothing.
 */
public final class GroupLogging {

    private GroupLogging() {}

    /** @param log of the actor whose message is handled, just asked for */
    public static Logger of(Logger log, String group) {
        MDC.put("group", group);
        return log;
    }

    public static Logger of(Logger log, String group, long term) {
        MDC.put("term", Long.toString(term));
        return of(log, group);
    }
}
