package io.troupe.persistence.log;

import java.util.List;

/** What one caller of {@link GroupCommit} wants done, in the order of the calls. */
sealed interface Job {

    GroupCommit.Answer answer();

    /** What it takes in the log, about. */
    long bytes();

    record Write(List<LogRecord> records, long bytes, GroupCommit.Answer answer) implements Job {}

    record Delete(String stream, long upTo, GroupCommit.Answer answer) implements Job {
        @Override
        public long bytes() {
            return RecordFormat.HEADER_BYTES + 3L * stream.length();
        }
    }

    /** Done when everything that was asked for before it is. */
    record Barrier(GroupCommit.Answer answer) implements Job {
        @Override
        public long bytes() {
            return 0;
        }
    }

    /** The last job that is done. */
    record Stop(GroupCommit.Answer answer) implements Job {
        @Override
        public long bytes() {
            return 0;
        }
    }
}
