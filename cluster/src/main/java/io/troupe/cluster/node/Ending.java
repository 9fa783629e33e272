package io.troupe.cluster.node;

import io.troupe.cluster.cli.ExitCodes;
import java.util.Optional;
import org.apache.pekko.actor.CoordinatedShutdown;
import org.apache.pekko.actor.typed.ActorSystem;

/** Why a node's life ends, beside the reasons that Pekko has, and what its exit code is then. */
public sealed interface Ending {

    /** The node must not run as it is configured. */
    record Refused(String why) implements Ending, CoordinatedShutdown.Reason {}

    /** Something without which a node cannot go on has failed. */
    record Failed(String why) implements Ending, CoordinatedShutdown.Reason {}

    /** The split-brain resolver took this node's side for the minority, at once or while it outlived its cluster. A new life may rejoin. */
    record Downed() implements Ending, CoordinatedShutdown.Reason {}

    /** It was told to stop. */
    record Stopped() implements Ending {}

    default int exitCode() {
        if (this instanceof Refused) {
            return ExitCodes.REFUSED;
        }
        if (this instanceof Failed) {
            return ExitCodes.FAILURE;
        }
        return this instanceof Downed ? ExitCodes.DOWNED : ExitCodes.OK;
    }

    /** One line for the error stream; empty when there is nothing to say. */
    default String message() {
        if (this instanceof Refused refused) {
            return refused.why();
        }
        if (this instanceof Failed failed) {
            return failed.why();
        }
        return this instanceof Downed
                ? "This node was in the minority of a partition and has downed itself. Start it again (or run it with"
                        + " --rejoin) and it rejoins once the majority is reachable"
                : "";
    }

    static <E extends Ending & CoordinatedShutdown.Reason> void shutDown(ActorSystem<?> system, E ending) {
        CoordinatedShutdown.get(system).runAll(ending);
    }

    static boolean isDowning(CoordinatedShutdown.Reason reason) {
        return reason instanceof CoordinatedShutdown.ClusterDowningReason$ || reason instanceof Downed;
    }

    static Ending of(Optional<CoordinatedShutdown.Reason> reason) {
        if (reason.isPresent() && reason.get() instanceof Ending own) {
            return own;
        }
        if (reason.filter(Ending::isDowning).isPresent()) {
            return new Downed();
        }
        if (reason.isPresent()
                && reason.get() instanceof CoordinatedShutdown.IncompatibleConfigurationDetectedReason$) {
            return new Refused("The cluster at the configured addresses is configured differently; the log above says"
                    + " in what. Correct troupe.cluster.name or troupe.cluster.members");
        }
        if (reason.isEmpty() || reason.get() instanceof CoordinatedShutdown.ActorSystemTerminateReason$) {
            return new Failed(
                    "The node's actor system has ended by itself; the log above says why. Start the node again"
                            + " to recover from its disk");
        }
        return new Stopped();
    }
}
