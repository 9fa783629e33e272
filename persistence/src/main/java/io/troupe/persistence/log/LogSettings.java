package io.troupe.persistence.log;

/**
 * @param segmentBytes a segment is sealed and a new one begun when the next write would make it longer
 * @param batchBytesMax most bytes that one write and one sync take together
 * @param queueBytesMax most bytes that may wait for the writer; more is refused
 * @param recordBytesMax longest record; at most 1 GiB
 * @param verifyBytesMax how many bytes of sealed segments, newest first, are checked when the log is opened
 * @param preallocate whether a busy log writes its next segment full of zeros ahead of time, which makes syncs cheaper
 * @param compactionLiveRatio sealed segments are rewritten when at most this part of their bytes is still needed
 */
public record LogSettings(
        long segmentBytes,
        int batchBytesMax,
        long queueBytesMax,
        int recordBytesMax,
        long verifyBytesMax,
        boolean preallocate,
        double compactionLiveRatio) {

    public static final LogSettings DEFAULT =
            new LogSettings(64L << 20, 8 << 20, 256L << 20, 64 << 20, 1L << 30, true, 0.5);

    public LogSettings {
        check(segmentBytes >= 4096 && segmentBytes <= 1L << 30, "segment-size", segmentBytes, "4 KiB to 1 GiB");
        check(batchBytesMax >= 4096 && batchBytesMax <= 1 << 30, "batch-size-max", batchBytesMax, "4 KiB to 1 GiB");
        check(queueBytesMax >= batchBytesMax, "queue-size-max", queueBytesMax, "at least batch-size-max");
        check(recordBytesMax >= 4096 && recordBytesMax <= 1 << 30, "write-size-max", recordBytesMax, "4 KiB to 1 GiB");
        check(verifyBytesMax >= 0, "verify-at-start-max", verifyBytesMax, "0 or more");
        check(
                compactionLiveRatio >= 0 && compactionLiveRatio < 1,
                "compaction.live-ratio",
                compactionLiveRatio,
                "0.0 to less than 1.0");
    }

    private static void check(boolean ok, String name, Object value, String right) {
        if (!ok) {
            throw new IllegalArgumentException(name + " = " + value + " is not possible, right would be " + right);
        }
    }

    public LogSettings withSegmentBytes(long bytes) {
        return new LogSettings(
                bytes, batchBytesMax, queueBytesMax, recordBytesMax, verifyBytesMax, preallocate, compactionLiveRatio);
    }

    public LogSettings withVerifyBytesMax(long bytes) {
        return new LogSettings(
                segmentBytes, batchBytesMax, queueBytesMax, recordBytesMax, bytes, preallocate, compactionLiveRatio);
    }
}
