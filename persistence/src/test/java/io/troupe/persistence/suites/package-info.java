/**
 * The suites that Pekko publishes for journals and snapshot stores ({@code pekko-persistence-tck}), on all of ours. What they
 * leave open is in {@link io.troupe.persistence.journal.JournalContract} and {@link
 * io.troupe.persistence.snapshot.SnapshotContract}.
 */
package io.troupe.persistence.suites;
