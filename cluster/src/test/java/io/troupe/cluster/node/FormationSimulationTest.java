package io.troupe.cluster.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.sim.cluster.ClusterStage;
import java.util.List;
import java.util.OptionalLong;
import net.bytebuddy.ByteBuddy;
import net.bytebuddy.agent.ByteBuddyAgent;
import net.bytebuddy.asm.Advice;
import net.bytebuddy.description.method.MethodDescription;
import net.bytebuddy.dynamic.ClassFileLocator;
import net.bytebuddy.dynamic.loading.ClassReloadingStrategy;
import net.bytebuddy.matcher.ElementMatcher;
import net.bytebuddy.matcher.ElementMatchers;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** {@link FormationSimulation} over many seeds, and over planted bugs, which it finds. */
class FormationSimulationTest {

    private static final int SEEDS = Integer.getInteger("troupe.seeds", 30);
    private static final int MUTANT_SEEDS = 40;

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

    record Bug(Class<?> advice, Class<?> type, ElementMatcher<? super MethodDescription> method) {
        @Override
        public String toString() {
            return advice.getSimpleName();
        }
    }

    static List<Bug> bugs() {
        return List.of(
                new Bug(VotesTwice.class, Vote.class, ElementMatchers.named("isFreeFor")),
                new Bug(FormsWithoutVotes.class, Census.class, ElementMatchers.named("votes")),
                new Bug(MinorityForms.class, Census.class, ElementMatchers.isConstructor()),
                new Bug(HidesItsCluster.class, Formation.class, ElementMatchers.named("isMember")));
    }

    @Test
    void oneClusterIsFormedAtATimeAndThereIsOneInTheEnd() {
        try (var stage = ClusterStage.open(FormationSimulation.CONFIG)) {
            assertThat(firstSeedThatFails(stage, 0, SEEDS)).isEmpty();
        }
    }

    @Test
    @Tag("soak")
    void andSoOverManySeeds() {
        try (var stage = ClusterStage.open(FormationSimulation.CONFIG)) {
            assertThat(firstSeedThatFails(stage, 0, Integer.getInteger("troupe.seeds", 2_000)))
                    .isEmpty();
        }
    }

    @ParameterizedTest
    @MethodSource("bugs")
    @Tag("soak")
    void theSimulationFinds(Bug bug) {
        ByteBuddyAgent.install();
        var reloading = ClassReloadingStrategy.fromInstalledAgent();
        try (var stage = ClusterStage.open(FormationSimulation.CONFIG)) {
            new ByteBuddy()
                    .redefine(bug.type())
                    .visit(Advice.to(bug.advice()).on(bug.method()))
                    .make()
                    .load(bug.type().getClassLoader(), reloading);
            assertThat(firstSeedThatFails(stage, 0, MUTANT_SEEDS))
                    .as("%s within %s seeds", bug, MUTANT_SEEDS)
                    .isPresent();
        } finally {
            try {
                reloading.reset(ClassFileLocator.ForClassLoader.of(bug.type().getClassLoader()), bug.type());
            } catch (java.io.IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        }
    }

    private static OptionalLong firstSeedThatFails(ClusterStage stage, long from, long to) {
        for (long seed = from; seed < to; seed++) {
            try (var sim = stage.simulate(seed)) {
                FormationSimulation.run(sim);
            } catch (AssertionError failure) {
                System.out.printf(
                        "seed %d: %s%n",
                        seed, failure.getMessage().lines().limit(60).toList());
                return OptionalLong.of(seed);
            }
        }
        return OptionalLong.empty();
    }
}
