package io.troupe.replication.scheduling;

import java.time.Duration;
import org.apache.pekko.util.ByteString;

/**
 * How a service has a request of its own come back to it (Schneider 1990, §5.2: {@code schedule}). Used only while a command is
 * applied, and as that command and the state determine.
 */
public interface Scheduler {

    /**
     * {@link SchedulingMachine.Service#due} is called with {@code request} when {@code delay} has passed, once, unless it is
     * called off.
     *
     * @param delay in whole milliseconds, positive
     * @return its number, higher than all before it, from 1
     */
    long schedule(ByteString request, Duration delay);

    /** Nothing comes of that number any more, whatever is under way. */
    void cancel(long number);
}
