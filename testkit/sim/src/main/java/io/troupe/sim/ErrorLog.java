package io.troupe.sim;

import org.apache.pekko.actor.AbstractActor;
import org.apache.pekko.event.Logging;

/** Takes the errors that Pekko logs (an actor that failed, mostly) into the trace of the run. */
public final class ErrorLog extends AbstractActor {

    private final World world = World.of(context().system().settings().config());
    private final Host owner = world.ownerOf(context().system().settings().config());

    @Override
    public Receive createReceive() {
        return receiveBuilder()
                .match(Logging.InitializeLogger.class, any -> sender().tell(Logging.loggerInitialized(), self()))
                .match(Logging.Error.class, this::onError)
                .build();
    }

    private void onError(Logging.Error error) {
        world.trace()
                .event(
                        world.nowNanos(),
                        Mark.ERROR,
                        owner == world.outside() ? "" : owner.name(),
                        error.logSource() + " failed: " + error.message() + " " + error.cause());
    }
}
