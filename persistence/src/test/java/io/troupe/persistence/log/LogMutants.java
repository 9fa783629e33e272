package io.troupe.persistence.log;

import static net.bytebuddy.matcher.ElementMatchers.isDeclaredBy;
import static net.bytebuddy.matcher.ElementMatchers.named;

import io.troupe.persistence.files.LogFile;
import io.troupe.persistence.files.LogFiles;
import io.troupe.sim.mutants.Mutant;
import java.nio.ByteBuffer;
import java.util.List;
import net.bytebuddy.asm.Advice;
import net.bytebuddy.description.method.MethodDescription;
import net.bytebuddy.matcher.ElementMatcher;

/** Classic bugs of a write-ahead log, each planted alone into otherwise unchanged bytes. */
public final class LogMutants {

    private static final ElementMatcher.Junction<MethodDescription> FORCE =
            isDeclaredBy(LogFile.class).and(named("force"));
    private static final ElementMatcher.Junction<MethodDescription> TRUNCATE =
            isDeclaredBy(LogFile.class).and(named("truncate"));
    private static final ElementMatcher.Junction<MethodDescription> SYNC_DIRECTORY =
            isDeclaredBy(LogFiles.class).and(named("syncDirectory"));

    private LogMutants() {}

    public static List<Mutant> all() {
        return List.of(
                leavingOut("AcknowledgesBeforeTheSync", SegmentedLog.class, "append", FORCE, 10),
                leavingOut("ReplacesTheManifestBeforeItsSync", Manifest.class, "write", FORCE, 10),
                leavingOut("SkipsTheDirectorySyncOfTheManifest", Manifest.class, "write", SYNC_DIRECTORY, 10),
                leavingOut(
                        "AppendsBehindTheTornTail", LogRecovery.class, "scanActive", TRUNCATE.or(named("endAt")), 10),
                advised(TrustsRecordsWithoutTheirChecksum.class, RecordFormat.class, "isValid", 40),
                advised(TrustsTheIndexOverTheLog.class, SegmentedLog.class, "summarize", 10),
                advised(WritesBytesLaidOutForAnotherPlace.class, Batch.class, "bytesAt", 10),
                advised(TakesEveryTornTailForDamage.class, SegmentScanner.class, "provenDurableBy", 20));
    }

    /** Those for which a simulation must be lucky: {@link EveryCrash} finds them. */
    static List<Mutant> ofEveryCrash() {
        return List.of(
                Mutant.leavingOut(
                        "SkipsTheDirectorySyncOfARollOver", LogRecovery.class, named("create"), SYNC_DIRECTORY),
                Mutant.advised(ClaimsTheBatchBeforeIsDurable.class, Batch.class, named("begin")));
    }

    private static Mutant leavingOut(
            String name, Class<?> type, String method, ElementMatcher.Junction<MethodDescription> callee, int seeds) {
        return Mutant.leavingOut(name, type, named(method), callee).within(seeds);
    }

    private static Mutant advised(Class<?> advice, Class<?> type, String method, int seeds) {
        return Mutant.advised(advice, type, named(method)).within(seeds);
    }

    /** A record is where it should be: that is enough. */
    static final class TrustsRecordsWithoutTheirChecksum {
        @Advice.OnMethodExit
        static void exit(
                @Advice.Argument(0) ByteBuffer bytes,
                @Advice.Argument(1) int start,
                @Advice.Argument(3) long position,
                @Advice.Return(readOnly = false) boolean valid) {
            valid = bytes.getLong(start + RecordFormat.POSITION_AT) == position
                    && RecordType.of(bytes.get(start + RecordFormat.TYPE_AT)) != null;
        }
    }

    /** What a summary says is in a segment is all there is in it; and one was written before the last records came. */
    static final class TrustsTheIndexOverTheLog {
        @Advice.OnMethodExit
        static void exit(@Advice.Argument(0) Segment segment, @Advice.Return(readOnly = false) SegmentSummary summary) {
            summary = new SegmentSummary(segment);
        }
    }

    /** The batch laid out ahead is written as it is, wherever the log ends by now. */
    static final class WritesBytesLaidOutForAnotherPlace {
        @Advice.OnMethodEnter
        static void enter(
                @Advice.Argument(value = 0, readOnly = false) long position, @Advice.FieldValue("start") long start) {
            position = start;
        }
    }

    /** Records that may be written early say that the batch before them, which is under way, is durable. */
    static final class ClaimsTheBatchBeforeIsDurable {
        @Advice.OnMethodEnter
        static void enter(
                @Advice.Argument(0) long position, @Advice.Argument(value = 1, readOnly = false) long durable) {
            durable = position;
        }
    }

    /** Whatever follows an invalid record proves that it was durable. */
    static final class TakesEveryTornTailForDamage {
        @Advice.OnMethodExit
        static void exit(@Advice.Return(readOnly = false) long proven) {
            proven = Math.max(proven, 1);
        }
    }
}
