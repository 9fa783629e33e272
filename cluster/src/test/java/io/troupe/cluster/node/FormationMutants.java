package io.troupe.cluster.node;

import static net.bytebuddy.matcher.ElementMatchers.isConstructor;
import static net.bytebuddy.matcher.ElementMatchers.named;

import io.troupe.sim.mutants.Mutant;
import java.util.List;
import net.bytebuddy.asm.Advice;

/** Bugs of a formation, each planted alone into otherwise unchanged bytes. */
final class FormationMutants {

    private FormationMutants() {}

    static List<Mutant> all() {
        return List.of(
                Mutant.advised(VotesTwice.class, Vote.class, named("isFreeFor")),
                Mutant.advised(FormsWithoutVotes.class, Census.class, named("votes")),
                Mutant.advised(MinorityForms.class, Census.class, isConstructor()),
                Mutant.advised(HidesItsCluster.class, Formation.class, named("isMember")));
    }

    /** Votes for whoever asks, whatever it has voted before. */
    static final class VotesTwice {
        @Advice.OnMethodExit
        static void exit(@Advice.Return(readOnly = false) boolean free) {
            free = true;
        }
    }

    /** Forms a cluster as soon as a majority is in contact, and asks nobody. */
    static final class FormsWithoutVotes {
        @Advice.OnMethodExit
        static void exit(@Advice.Return(readOnly = false) long votes) {
            votes = 1_000;
        }
    }

    /** Takes any two of the configured nodes for a majority of them. */
    static final class MinorityForms {
        @Advice.OnMethodEnter
        static void enter(@Advice.Argument(value = 1, readOnly = false) List<String> configured) {
            if (configured.size() == 5) {
                configured = new TwoAreEnough(configured);
            }
        }
    }

    /** A list of five that says it has three. */
    public static final class TwoAreEnough extends java.util.AbstractList<String> {
        private final List<String> all;

        public TwoAreEnough(List<String> all) {
            this.all = all;
        }

        @Override
        public String get(int index) {
            return all.get(index);
        }

        @Override
        public int size() {
            return 3;
        }

        @Override
        public java.util.Iterator<String> iterator() {
            return all.iterator();
        }

        @Override
        public java.util.stream.Stream<String> stream() {
            return all.stream();
        }
    }

    /** A member that answers as if it were none: nobody joins it. */
    static final class HidesItsCluster {
        @Advice.OnMethodExit
        static void exit(@Advice.Return(readOnly = false) boolean member) {
            member = false;
        }
    }
}
