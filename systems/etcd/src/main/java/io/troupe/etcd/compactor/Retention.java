package io.troupe.etcd.compactor;

import io.troupe.etcd.GoDuration;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.OptionalLong;

/** How much history is kept: decides, at regular ticks, whether to compact and where. */
public sealed interface Retention {

    /** From one tick to the next. */
    Duration tick();

    /**
     * @param revision the store's now
     * @return where to compact now, if this node leads
     */
    OptionalLong onTick(long revision);

    /** What was decided last is done, or was done already. */
    void done();

    /**
     * etcd's two flags.
     *
     * @param mode "periodic" or "revision"
     * @param retention of the first a duration as Go writes it, or hours when it is a bare number; of the second how many
     *     revisions; 0 for no compaction
     * @throws IllegalArgumentException saying what is wrong
     */
    static Optional<Retention> of(String mode, String retention) {
        return switch (mode) {
            case "periodic" ->
                Optional.of(span(retention)).filter(span -> !span.isZero()).map(Periodic::new);
            case "revision" ->
                Optional.of(revisions(retention)).filter(kept -> kept > 0).map(Revisions::new);
            default -> throw new IllegalArgumentException("is \"" + mode + "\"; it must be periodic or revision");
        };
    }

    private static Duration span(String text) {
        return text.matches("\\d{1,9}")
                ? Duration.ofHours(Long.parseLong(text))
                : GoDuration.parse(text)
                        .orElseThrow(() -> new IllegalArgumentException("is \"" + text
                                + "\"; it must be a duration such as 30m or 1h30m, or a number of hours"));
    }

    private static long revisions(String text) {
        try {
            long kept = Long.parseLong(text);
            if (kept >= 0) {
                return kept;
            }
        } catch (NumberFormatException e) {
            // Said below.
        }
        throw new IllegalArgumentException(
                "is \"" + text + "\"; in mode revision it must be how many revisions to keep, such as 1000");
    }

    /** Keeps what a span of time shows, to a tenth of it; compacts every hour, or every span if that is shorter. */
    final class Periodic implements Retention {
        private static final Duration INTERVAL_MAX = Duration.ofHours(1);
        private static final int TICKS_PER_INTERVAL = 10;

        private final Duration tick;
        private final long spanTicks;
        /** The revisions of a span ago, as etcd one tick more, and of each tick since. */
        private final Deque<Long> revisions = new ArrayDeque<>();

        private long dueAfterTicks;
        private long ticksSinceDone;

        Periodic(Duration span) {
            Duration interval = span.compareTo(INTERVAL_MAX) < 0 ? span : INTERVAL_MAX;
            this.tick = interval.dividedBy(TICKS_PER_INTERVAL);
            this.spanTicks = span.dividedBy(tick);
            this.dueAfterTicks = spanTicks;
        }

        @Override
        public Duration tick() {
            return tick;
        }

        @Override
        public OptionalLong onTick(long revision) {
            OptionalLong due = OptionalLong.empty();
            if (!revisions.isEmpty()) {
                ticksSinceDone++;
                if (ticksSinceDone >= dueAfterTicks) {
                    dueAfterTicks = TICKS_PER_INTERVAL;
                    due = OptionalLong.of(revisions.getFirst());
                }
            }
            revisions.addLast(revision);
            if (revisions.size() > spanTicks + 1) {
                revisions.removeFirst();
            }
            return due;
        }

        @Override
        public void done() {
            ticksSinceDone = 0;
        }
    }

    /** Keeps as many revisions before the present; looks every five minutes. */
    final class Revisions implements Retention {
        private static final Duration TICK = Duration.ofMinutes(5);

        private final long kept;
        private long decided;
        private long done;

        Revisions(long kept) {
            this.kept = kept;
        }

        @Override
        public Duration tick() {
            return TICK;
        }

        @Override
        public OptionalLong onTick(long revision) {
            decided = revision - kept;
            return decided > 0 && decided != done ? OptionalLong.of(decided) : OptionalLong.empty();
        }

        @Override
        public void done() {
            done = decided;
        }
    }
}
