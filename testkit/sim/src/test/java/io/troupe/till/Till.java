package io.troupe.till;

import java.util.function.IntConsumer;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/** Adds up what is paid: an application for mutants, which must not be of the simulator's own packages. */
public final class Till {

    private final IntConsumer display;
    private int total;

    /** A shop with one till, and with none it is no shop. */
    static Behavior<Integer> shop(IntConsumer display) {
        return Behaviors.setup(context -> {
            var till = context.spawn(till(display), "till");
            context.watch(till);
            return Behaviors.receiveMessage(paid -> {
                till.tell(paid);
                return Behaviors.same();
            });
        });
    }

    private static Behavior<Integer> till(IntConsumer display) {
        Till till = new Till(display);
        return Behaviors.receiveMessage(paid -> {
            till.add(paid);
            return Behaviors.same();
        });
    }

    private Till(IntConsumer display) {
        this.display = display;
    }

    private void add(int paid) {
        total = sum(total, paid);
        display.accept(total);
    }

    private static int sum(int before, int paid) {
        return before + paid;
    }
}
