package io.troupe.sim;

import java.util.List;
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
 * Touches what Pekko makes at first use (journal, snapshot store, recovery permits, receptionist, event stream), so that
 * the first run on a stage has the same start as every later one.
 */
final class WarmUp extends EventSourcedBehavior<String, String, String> {

    /**
     * The plugins of persistence that an actor may name.
     *
     * @param node where they are touched
     * @param journal its config path; empty for the one that actors have who name none
     * @param snapshotStore the same
     */
    record Plugins(String node, String journal, String snapshotStore) {
        static final List<Plugins> ALL = List.of(
                new Plugins("standard", "", ""),
                new Plugins("shared", "troupe.sim.shared-journal", "troupe.sim.shared-snapshot-store"),
                new Plugins("without", "", "pekko.persistence.no-snapshot-store"));
    }

    private final Plugins plugins;
    private final Runnable done;

    private WarmUp(Plugins plugins, Runnable done) {
        super(PersistenceId.ofUniqueId("warm-up"));
        this.plugins = plugins;
        this.done = done;
    }

    static Behavior<String> create(Plugins plugins, Runnable done) {
        return Behaviors.setup(context -> {
            var key = ServiceKey.create(String.class, "warm-up");
            context.getSystem().receptionist().tell(Receptionist.register(key, context.getSelf()));
            context.getSystem().eventStream();
            return new WarmUp(plugins, done);
        });
    }

    @Override
    public String journalPluginId() {
        return plugins.journal();
    }

    @Override
    public String snapshotPluginId() {
        return plugins.snapshotStore();
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
