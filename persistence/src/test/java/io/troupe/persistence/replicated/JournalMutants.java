package io.troupe.persistence.replicated;

import static net.bytebuddy.matcher.ElementMatchers.named;

import io.troupe.replication.ReadConsistency;
import io.troupe.sim.mutants.Mutant;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import net.bytebuddy.asm.Advice;

/** Bugs of a replicated journal, each planted alone into otherwise unchanged bytes. */
public final class JournalMutants {

    private JournalMutants() {}

    /** Those that are looked for at every build. */
    public static List<Mutant> first() {
        return List.of(
                advised(AcknowledgesBeforeTheCommit.class, JournalClient.class, "onCommit", 5),
                advised(FencesNobody.class, EventStream.class, "objectionTo", 5));
    }

    public static List<Mutant> others() {
        return List.of(
                advised(ClaimsChangeNothing.class, EventStream.class, "claimed", 10),
                advised(DeletionForgetsTheHighest.class, EventStream.class, "deleted", 20),
                advised(SnapshotOfTheGroupMissesEpochs.class, EventStream.class, "readFrom", 20),
                advised(SnapshotOfTheGroupMissesTheLastEvent.class, FrozenJournal.class, "writeRecords", 20),
                advised(ReplayStopsAfterAPage.class, JournalMachine.class, "page", 10),
                advised(ReplaysWhatOthersHaveLeft.class, Question.Page.class, "isWhole", 20),
                advised(ReadsWhateverTheReplicaHas.class, JournalClient.class, "onAsk", 20),
                advised(DeletesPartsOfTheLatestSnapshot.class, SnapshotSeries.class, "lowestPart", 20));
    }

    private static Mutant advised(Class<?> advice, Class<?> type, String method, int seeds) {
        return Mutant.advised(advice, type, named(method)).within(seeds);
    }

    /** The write is on its way: that is as good as written. */
    static final class AcknowledgesBeforeTheCommit {
        @Advice.OnMethodExit
        static void exit(@Advice.Argument(0) JournalClient.Commit commit) {
            if (commit.operations().get(0) instanceof Operation.Append) {
                commit.outcomes()
                        .complete(Collections.nCopies(commit.operations().size(), new Outcome.Done()));
            }
        }
    }

    static final class FencesNobody {
        @Advice.OnMethodExit
        static void exit(@Advice.Return(readOnly = false) Optional<Outcome> objection) {
            objection = Optional.empty();
        }
    }

    /** A recovery reads the highest sequence number and leaves the writer in office. */
    static final class ClaimsChangeNothing {
        @Advice.OnMethodExit
        static void exit(@Advice.This EventStream stream, @Advice.Return(readOnly = false) EventStream claimed) {
            claimed = stream;
        }
    }

    /** The highest sequence number is taken from what a deletion named. */
    static final class DeletionForgetsTheHighest {
        @Advice.OnMethodExit
        static void exit(@Advice.Return(readOnly = false) EventStream after) {
            after = new EventStream(
                    after.epoch(), after.writer(), after.former(), after.deletedTo(), after.deletedTo());
        }
    }

    static final class SnapshotOfTheGroupMissesEpochs {
        @Advice.OnMethodExit
        static void exit(@Advice.Return(readOnly = false) EventStream read) {
            read = new EventStream(0, read.writer(), read.former(), read.highest(), read.deletedTo());
        }
    }

    static final class SnapshotOfTheGroupMissesTheLastEvent {
        @Advice.OnMethodEnter
        static void enter(@Advice.Argument(value = 2, readOnly = false) long to) {
            to = to - 1;
        }
    }

    static final class ReplayStopsAfterAPage {
        @Advice.OnMethodExit
        static void exit(@Advice.Return(readOnly = false) Question.Page page) {
            page = new Question.Page(page.writes(), page.from(), page.next(), true, page.epoch());
        }
    }

    /** A recovery goes on though others have deleted, since it loaded its snapshot, events that it needs. */
    static final class ReplaysWhatOthersHaveLeft {
        @Advice.OnMethodExit
        static void exit(@Advice.Return(readOnly = false) boolean whole) {
            whole = true;
        }
    }

    /** No read waits for what the group has committed. */
    static final class ReadsWhateverTheReplicaHas {
        @Advice.OnMethodEnter
        static void enter(@Advice.Argument(value = 0, readOnly = false) JournalClient.Ask ask) {
            ask = new JournalClient.Ask(ask.question(), ReadConsistency.STALE, ask.answer());
        }
    }

    /** The parts of the latest snapshot are thought of as no longer needed. */
    static final class DeletesPartsOfTheLatestSnapshot {
        @Advice.OnMethodExit
        static void exit(@Advice.This SnapshotSeries series, @Advice.Return(readOnly = false) long lowest) {
            lowest = series.nextPart();
        }
    }
}
