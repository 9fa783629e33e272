package io.troupe.bench.journal;

/**
 * One pass over one load.
 *
 * @param eventsPerSecond acknowledged, so durable
 * @param bytesPerSecond written to the disk, with what the journal adds to the events
 * @param eventsPerSync how many events one fdatasync made durable
 * @param cpuMicrosPerEvent processor time of the whole process, actors and collector included, in microseconds
 * @param boundEventsPerSecond what a plain write and force of as many bytes, again and again, does
 * @param noDiskEventsPerSecond what the same actors do over a journal that acknowledges at once and keeps nothing
 */
record Measured(
        double eventsPerSecond,
        double bytesPerSecond,
        double eventsPerSync,
        double cpuMicrosPerEvent,
        double boundEventsPerSecond,
        double noDiskEventsPerSecond) {

    double ratio() {
        return eventsPerSecond / boundEventsPerSecond;
    }
}
