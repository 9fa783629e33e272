package io.troupe.persistence.log;

import java.util.ArrayDeque;

/** Jobs that wait for the writer, and, as long as nothing but writes that fit into one are among them, that one write. */
final class Gathering {

    private final Batch batch;
    private final int batchBytesMax;
    private ArrayDeque<Job> jobs = new ArrayDeque<>();
    private long bytes;
    private boolean oneWrite = true;

    Gathering(int batchBytesMax) {
        this.batch = new Batch(batchBytesMax);
        this.batchBytesMax = batchBytesMax;
    }

    /**
     * Begins anew; what is added from now on is expected to be written at {@code position} of the log, which is durable up
     * to {@code durable} now.
     */
    void begin(long position, long durable) {
        batch.begin(position, durable);
        jobs = new ArrayDeque<>(Math.max(jobs.size(), 16));
        bytes = 0;
        oneWrite = true;
    }

    void add(Job job) {
        boolean fits = jobs.isEmpty() || bytes + job.bytes() <= batchBytesMax;
        oneWrite &= fits && (job instanceof Job.Write || job instanceof Job.Barrier);
        jobs.add(job);
        bytes += job.bytes();
        if (oneWrite && job instanceof Job.Write write) {
            write.records().forEach(batch::add);
        }
    }

    boolean isEmpty() {
        return jobs.isEmpty();
    }

    /** Whether {@link #batch()} is all that the jobs want done. */
    boolean isOneWrite() {
        return oneWrite;
    }

    Batch batch() {
        return batch;
    }

    /** How many bytes of the batch could be written early. */
    int earlyBytes() {
        return oneWrite ? batch.earlyBytes() : 0;
    }

    /** In the order of the calls; whoever commits them takes them from it. */
    ArrayDeque<Job> jobs() {
        return jobs;
    }

    long bytes() {
        return bytes;
    }
}
