package io.troupe.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.PostStop;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** An orderly end, beside a crash: what a node still says and writes while it stops counts. */
class StopTest {

    private static final Duration SECOND = Duration.ofSeconds(1);

    private static Stage stage;

    private Simulation sim;
    private final List<String> heard = new ArrayList<>();

    @BeforeAll
    static void openStage() {
        stage = TestStage.open();
    }

    @AfterAll
    static void closeStage() {
        stage.close();
    }

    @BeforeEach
    void begin() {
        sim = stage.simulate(5);
        listener(sim);
    }

    private void listener(Simulation run) {
        run.node(
                "listener",
                node -> Behaviors.<Word>receiveMessage(word -> {
                    heard.add(word.word());
                    return Behaviors.same();
                }));
    }

    @AfterEach
    void end() {
        sim.close();
    }

    record Word(String word) implements Sent {}

    /** Says goodbye when it stops, and ends by itself when it is told "end". */
    private static Behavior<Word> polite(NodeContext node) {
        ActorRef<Word> listener = node.peer("listener");
        return Behaviors.receive(Word.class)
                .onMessage(Word.class, word -> word.word().equals("end") ? Behaviors.stopped() : Behaviors.same())
                .onSignal(PostStop.class, stopped -> {
                    listener.tell(new Word("goodbye from life " + node.life()));
                    return Behaviors.same();
                })
                .build();
    }

    @Test
    void aNodeThatStopsSaysGoodbyeAndOneThatCrashesDoesNot() {
        var node = sim.node("a", StopTest::polite);
        node.stop();
        sim.runFor(SECOND);
        assertThat(node.isUp()).isFalse();
        assertThat(heard).containsExactly("goodbye from life 0");
        node.restart();
        sim.runFor(SECOND);
        node.crash();
        sim.runFor(SECOND);
        assertThat(heard).containsExactly("goodbye from life 0");
    }

    @Test
    void aRootMayBeToldToEndInItsOwnWords() {
        var node = sim.node("a", StopTest::polite);
        node.stop(new Word("end"));
        sim.runFor(SECOND);
        assertThat(node.isUp()).isFalse();
        assertThat(heard).containsExactly("goodbye from life 0");
    }

    @Test
    void whatWasUnderWayToTheDiskIsThereAfterAStop() {
        for (long seed = 0; seed < 50; seed++) {
            try (var run = stage.simulate(seed)) {
                var node = run.node("a", context -> Counter.durable());
                run.<Counter.Command, Long>ask(node.ref(), Counter.Increment::new, SECOND);
                node.ref().tell(new Counter.Increment(run.system().ignoreRef()));
                run.runFor(Duration.ofNanos(50_000));
                node.stop();
                run.runUntil(() -> !node.isUp(), SECOND);
                node.restart();
                assertThat((long) run.<Counter.Command, Long>ask(node.ref(), Counter.Get::new, SECOND))
                        .as("seed %d", seed)
                        .isEqualTo(2);
            }
        }
    }

    @Test
    void theFaultStopsAndStartsAgain() {
        try (var run = stage.simulate(6)) {
            run.node("a", StopTest::polite);
            run.nemesis(Duration.ofSeconds(30), Duration.ofSeconds(2), Fault.stops()); // of a alone
            listener(run);
            run.runFor(Duration.ofSeconds(31));
            assertThat(run.faults()).isNotEmpty().allMatch(fault -> fault.contains("stop of a"));
            assertThat(run.node("a").isUp()).isTrue();
            assertThat(heard).hasSameSizeAs(run.faults());
        }
    }

    @Test
    void calendarClocksAreSkewedAndMonotonicOnesAreNot() {
        List<NodeContext> lives = new ArrayList<>();
        var node = sim.node("a", context -> {
            lives.add(context);
            return polite(context);
        });
        var clock = lives.get(0).wallClock();
        sim.runFor(SECOND);
        assertThat(clock.instant()).isEqualTo(Host.EPOCH.plusSeconds(1));
        node.clockSkew(Duration.ofSeconds(-10));
        assertThat(clock.instant()).isEqualTo(Host.EPOCH.minusSeconds(9));
        assertThat(lives.get(0).nanoClock().getAsLong()).isEqualTo(SECOND.toNanos());
    }
}
