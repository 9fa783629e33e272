/**
 * The segmented log: one append-only sequence of records of many streams (persistence ids), in files of bounded size.
 *
 * <pre>
 * callers       lay out what they write in the Gathering that waits: the bytes of one Batch
 *     │ write, delete
 * GroupCommit   one task at a time: everything that waits → one write → one sync; beside the next write: index, answers
 *     │ append, roll, publish
 * SegmentedLog ── LogIndex ── StreamIndex ── Run     who has events where, in memory
 *     │               │
 *     │               └ LogReader → RecordReader      replays, on any thread
 *     ├ EarlyWriter → EarlyWrites                     parts of a large batch, while the one before is synced
 *     ├ LogRecovery → SegmentScanner                  what is found at a start
 *     ├ SpareSegment                                  the next segment, prepared ahead
 *     ├ Upkeep → Compaction                           space of deleted events, on a thread of its own
 *     └ Segment → {@link io.troupe.persistence.files.LogFile}
 * StoppedLog    LogRecovery and LogReader over a directory that nobody has open, and of which nothing is changed
 * </pre>
 *
 * A directory holds
 *
 * <ul>
 *   <li>{@code MANIFEST}: the format's version and which segments make up the log, see {@link
 *       io.troupe.persistence.log.Manifest}; replaced atomically, it is where a roll-over or a compaction takes effect;
 *   <li>{@code BASE-GENERATION.log}: a segment, a header of 48 bytes ({@link
 *       io.troupe.persistence.log.SegmentHeader}) and then records ({@link io.troupe.persistence.log.RecordFormat});
 *       BASE is the position of its first byte in the log, GENERATION how often compaction rewrote it;
 *   <li>{@code BASE-GENERATION.idx}: where each stream's records lie in it ({@link
 *       io.troupe.persistence.log.SegmentSummary}), the checkpoint of the index; for a log that was closed also how far
 *       the active segment was durable;
 *   <li>{@code SPARE}: zeros, the next segment of a busy log; deleted at a start;
 *   <li>{@code LOCK}: held while the log is open, with the holder's process id.
 * </ul>
 *
 * <p>Zeros may follow the records of the active segment: space that was prepared ahead. While the log is open, so may
 * records of a batch that is not committed yet; after a failure they are cut off or sealed off with it.
 *
 * <p>Acknowledged means synced. A record carries its own position and the position up to which the log was durable when
 * it was written; of a batch that may have been begun early, the last record alone says that all before the batch was. So at a start an invalid place in the active segment is a torn write, and cut, unless a later record,
 * or the checkpoint of a close, proves that it was once durable: then, and wherever a sealed segment is invalid, the log
 * is refused. Where to start reading: {@link io.troupe.persistence.log.RecordFormat}, then {@link
 * io.troupe.persistence.log.SegmentedLog}.
 */
@NullMarked
package io.troupe.persistence.log;

import org.jspecify.annotations.NullMarked;
