package io.troupe.sim.explore;

import io.troupe.sim.NodeContext;
import io.troupe.sim.Sent;
import java.time.Duration;
import java.util.List;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/** Two-phase commit (Gray 1978), every vote yes, nobody logs anything. Some participants lose patience, wrongly. */
final class TwoPhaseCommit {

    private TwoPhaseCommit() {}

    sealed interface CoordinatorCommand extends Sent permits Begin, Yes {}

    record Begin() implements CoordinatorCommand {}

    record Yes(String participant) implements CoordinatorCommand {}

    sealed interface ParticipantCommand extends Sent permits Prepare, Commit, LosePatience {}

    record Prepare() implements ParticipantCommand {}

    record Commit() implements ParticipantCommand {}

    record LosePatience() implements ParticipantCommand {}

    static Behavior<CoordinatorCommand> coordinator(NodeContext node, List<String> participants) {
        List<ActorRef<ParticipantCommand>> all =
                participants.stream().map(node::<ParticipantCommand>peer).toList();
        return collecting(node, all, 0);
    }

    private static Behavior<CoordinatorCommand> collecting(
            NodeContext node, List<ActorRef<ParticipantCommand>> participants, int votes) {
        node.state("votes", votes);
        return Behaviors.receiveMessage(command -> {
            if (command instanceof Begin) {
                participants.forEach(participant -> participant.tell(new Prepare()));
                return Behaviors.same();
            }
            if (votes + 1 == participants.size()) {
                participants.forEach(participant -> participant.tell(new Commit()));
            }
            return collecting(node, participants, votes + 1);
        });
    }

    /** @param isPatient whether it waits for the decision for ever, as it must once it has voted */
    static Behavior<ParticipantCommand> participant(NodeContext node, boolean isPatient) {
        ActorRef<CoordinatorCommand> coordinator = node.peer("coordinator");
        node.state("state", "working");
        return Behaviors.withTimers(timers -> Behaviors.receiveMessage(command -> {
            if (command instanceof Prepare) {
                node.state("state", "prepared");
                coordinator.tell(new Yes(node.name()));
                if (!isPatient) {
                    timers.startSingleTimer("patience", new LosePatience(), Duration.ofSeconds(1));
                }
            } else if (command instanceof Commit) {
                timers.cancelAll();
                node.state("state", "committed");
            } else {
                node.state("state", "aborted");
            }
            return Behaviors.same();
        }));
    }
}
