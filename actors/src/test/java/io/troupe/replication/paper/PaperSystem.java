package io.troupe.replication.paper;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.time.Duration;
import org.apache.pekko.actor.BootstrapSetup;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.dispatch.ExecutionContexts;

/** An actor system whose time passes when told, and that can be waited for until nobody in it has anything to do. */
public final class PaperSystem implements AutoCloseable {

    private static final Config CONFIG = ConfigFactory.parseString(
                    """
                    pekko.scheduler.implementation = "%s"
                    on-counted-threads { type = Dispatcher, executor = default-executor }
                    pekko.actor.internal-dispatcher = ${on-counted-threads}
                    pekko.actor.default-blocking-io-dispatcher = ${on-counted-threads}
                    pekko.persistence.dispatchers.default-plugin-dispatcher = ${on-counted-threads}
                    pekko.persistence.dispatchers.default-replay-dispatcher = ${on-counted-threads}
                    pekko.persistence.dispatchers.default-stream-dispatcher = ${on-counted-threads}
                    """
                            .formatted(ManualScheduler.class.getName()))
            .resolve();

    /** With actors that have something to do: far more than they take, on a machine however slow. */
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private final CountedWork work = new CountedWork();
    private final ActorTestKit kit;
    private final ManualScheduler scheduler;

    private PaperSystem(Config config) {
        BootstrapSetup setup =
                BootstrapSetup.create(config).withDefaultExecutionContext(ExecutionContexts.fromExecutor(work));
        this.kit = ActorTestKit.create(ActorSystem.create(Behaviors.empty(), "paper", setup));
        this.scheduler = (ManualScheduler) Adapter.toClassic(kit.system()).scheduler();
    }

    /** With {@code config} before the settings of the class path. */
    public static PaperSystem create(Config config) {
        return new PaperSystem(config.withFallback(CONFIG).withFallback(ConfigFactory.load()));
    }

    public ActorTestKit kit() {
        return kit;
    }

    /** After all that was begun before; what falls due is done, with all that it leads to, when this returns. */
    public void timePasses(Duration duration) {
        awaitIdle();
        scheduler.timePasses(duration, this::awaitIdle);
    }

    /** Until every mailbox is empty, but for those of whom a {@link Door} holds back. */
    public void awaitIdle() {
        work.awaitNone(PATIENCE);
    }

    @Override
    public void close() {
        kit.shutdownTestKit();
        awaitIdle(); // What actors leave behind is still to be done.
        work.close();
    }
}
