package io.troupe.sim;

import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.receptionist.Receptionist;
import org.apache.pekko.actor.typed.receptionist.ServiceKey;
import org.apache.pekko.persistence.typed.PersistenceId;
import org.apache.pekko.persistence.typed.RecoveryCompleted;
import org.apache.pekko.persistence.typed.javadsl.CommandHandler;
import org.apache.pekko.persistence.typed.javadsl.EventHandler;
import org.apache.pekko.persistence.typed.javadsl.EventSourcedBehavior;
import org.apache.pekko.persistence.typed.javadsl.SignalHandler;

/**
 * Touches what Pekko makes at first use (journal, snapshot store, recovery permits, receptionist), so that the first run
 * on a stage has the same start as every later one.
 */
final class WarmUp extends EventSourcedBehavior<String, String, String> {

    private final Runnable done;

    private WarmUp(Runnable done) {
        super(PersistenceId.ofUniqueId("warm-up"));
        this.done = done;
    }

    static Behavior<String> create(Runnable done) {
        return Behaviors.setup(context -> {
            var key = ServiceKey.create(String.class, "warm-up");
            context.getSystem().receptionist().tell(Receptionist.register(key, context.getSelf()));
            return new WarmUp(done);
        });
    }

    @Override
    public String emptyState() {
        return "";
    }

    @Override
    public CommandHandler<String, String, String> commandHandler() {
        return newCommandHandlerBuilder().forAnyState().onAnyCommand(any -> Effect()
                .none());
    }

    @Override
    public EventHandler<String, String> eventHandler() {
        return (state, event) -> state;
    }

    @Override
    public SignalHandler<String> signalHandler() {
        return newSignalHandlerBuilder()
                .onSignal(RecoveryCompleted.instance(), state -> done.run())
                .build();
    }
}
