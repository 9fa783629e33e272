package io.troupe.etcd.watch;

import static net.bytebuddy.matcher.ElementMatchers.isConstructor;
import static net.bytebuddy.matcher.ElementMatchers.named;
import static net.bytebuddy.matcher.ElementMatchers.takesArguments;

import io.troupe.sim.mutants.Mutant;
import java.util.List;
import net.bytebuddy.asm.Advice;

/** Classic bugs of watches. */
public final class WatchMutants {

    private WatchMutants() {}

    public static List<Mutant> all() {
        return List.of(
                Mutant.advised(SkipsAnEventAtFailover.class, Watcher.class, isConstructor())
                        .within(10),
                Mutant.advised(SeesAnEventTwiceAtFailover.class, Watcher.class, isConstructor())
                        .within(10),
                Mutant.advised(
                                DropsWhatASlowReaderHasNoRoomFor.class,
                                WatchHub.class,
                                named("fallBehind").and(takesArguments(2)))
                        .within(10));
    }

    /** The revision asked for is taken for the last one seen. */
    static final class SkipsAnEventAtFailover {
        @Advice.OnMethodEnter
        static void enter(@Advice.Argument(value = 3, readOnly = false) long next) {
            next = next > 2 ? next + 1 : next;
        }
    }

    /** The last revision seen is taken for the one asked for. */
    static final class SeesAnEventTwiceAtFailover {
        @Advice.OnMethodEnter
        static void enter(@Advice.Argument(value = 3, readOnly = false) long next) {
            next = next > 2 ? next - 1 : next;
        }
    }

    /** A watch whose reader has no room is not put behind: what it could not take is never read again. */
    static final class DropsWhatASlowReaderHasNoRoomFor {
        @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class)
        static boolean enter() {
            return true;
        }
    }
}
