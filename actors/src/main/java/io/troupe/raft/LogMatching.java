package io.troupe.raft;

/** The receiver's rules for AppendEntries (Figure 2, rules 2 to 4), as a pure decision. */
final class LogMatching {

    private LogMatching() {}

    sealed interface Decision permits Match, Mismatch {}

    /**
     * @param news entries to write; where the log already has entries at these places they conflict and go,
     *     with all that follow
     * @param matchIndex the log now equals the leader's through this index
     */
    record Match(LogSlice news, long matchIndex) implements Decision {}

    /** @param hint the leader need not try beyond this place: nothing later here can be of its log */
    record Mismatch(LogPosition hint) implements Decision {}

    static Decision decide(LogView log, LogPosition previous, LogSlice entries) {
        long matchIndex = previous.index() + entries.size();
        if (log.isCompacted(previous.index())) { // What is compacted is committed, so it is the leader's too.
            LogSlice rest = entries.startingAt(log.base().index() + 1);
            return new Match(news(log, rest), Math.max(matchIndex, log.base().index()));
        }
        if (!log.contains(previous)) { // Rule 2
            long hint = log.lastIndexWithTermAtMost(previous.term(), previous.index());
            return new Mismatch(new LogPosition(hint, log.termAt(hint)));
        }
        return new Match(news(log, entries), matchIndex);
    }

    /** Only from the first real conflict on: a delayed message never truncates a newer suffix (rules 3 and 4). */
    private static LogSlice news(LogView log, LogSlice entries) {
        long index = entries.firstIndex();
        while (index <= entries.lastIndex()
                && log.termAt(index) == entries.get(index).term()) {
            index++;
        }
        return entries.startingAt(index);
    }
}
