package io.troupe.sim.explore;

import io.troupe.sim.NodeContext;
import io.troupe.sim.Sent;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;

/** Single-decree Paxos (Paxos Made Simple, §2.2), in memory. */
final class Paxos {

    private Paxos() {}

    sealed interface AcceptorCommand extends Sent permits Prepare, Accept {}

    record Prepare(int ballot, ActorRef<ProposerCommand> replyTo) implements AcceptorCommand {}

    record Accept(int ballot, String value, ActorRef<ProposerCommand> replyTo) implements AcceptorCommand {}

    sealed interface ProposerCommand extends Sent permits Begin, Promise, Accepted, Rejected {}

    record Begin() implements ProposerCommand {}

    record Promise(int ballot, String acceptor, int accepted, String value) implements ProposerCommand {}

    record Accepted(int ballot, String acceptor) implements ProposerCommand {}

    record Rejected(int ballot, int higherBallot) implements ProposerCommand {}

    /** What an acceptor must never forget. */
    private record Memory(int ballot, int accepted, String value) {}

    /** @param keepsPromises whether it refuses ballots lower than one that it has promised */
    static Behavior<AcceptorCommand> acceptor(NodeContext node, boolean keepsPromises) {
        return accepting(node, keepsPromises, new Memory(-1, -1, ""));
    }

    private static Behavior<AcceptorCommand> accepting(NodeContext node, boolean keepsPromises, Memory memory) {
        node.state("memory", memory);
        return Behaviors.receiveMessage(command -> {
            if (command instanceof Prepare prepare) {
                if (prepare.ballot() <= memory.ballot()) {
                    prepare.replyTo().tell(new Rejected(prepare.ballot(), memory.ballot()));
                    return Behaviors.same();
                }
                prepare.replyTo().tell(new Promise(prepare.ballot(), node.name(), memory.accepted(), memory.value()));
                return accepting(node, keepsPromises, new Memory(prepare.ballot(), memory.accepted(), memory.value()));
            }
            var accept = (Accept) command;
            if (keepsPromises && accept.ballot() < memory.ballot()) {
                accept.replyTo().tell(new Rejected(accept.ballot(), memory.ballot()));
                return Behaviors.same();
            }
            accept.replyTo().tell(new Accepted(accept.ballot(), node.name()));
            return accepting(node, keepsPromises, new Memory(accept.ballot(), accept.ballot(), accept.value()));
        });
    }

    /** Proposes its own name, with ballots that are its number modulo the number of proposers. */
    static final class Proposer extends AbstractBehavior<ProposerCommand> {

        private final NodeContext node;
        private final List<ActorRef<AcceptorCommand>> acceptors;
        private final int proposers;
        private final boolean triesAgain;
        private int ballot;
        private String value;
        private int highest = -1;
        private final Set<String> promises = new TreeSet<>();
        private final Set<String> accepted = new TreeSet<>();
        private boolean accepts;

        static Behavior<ProposerCommand> create(
                NodeContext node, int number, int proposers, List<String> acceptors, boolean triesAgain) {
            return Behaviors.setup(context -> new Proposer(context, node, number, proposers, acceptors, triesAgain));
        }

        private Proposer(
                ActorContext<ProposerCommand> context,
                NodeContext node,
                int number,
                int proposers,
                List<String> acceptors,
                boolean triesAgain) {
            super(context);
            this.node = node;
            this.ballot = number;
            this.proposers = proposers;
            this.triesAgain = triesAgain;
            this.value = node.name();
            this.acceptors = acceptors.stream().map(node::<AcceptorCommand>peer).toList();
        }

        @Override
        public Receive<ProposerCommand> createReceive() {
            return newReceiveBuilder()
                    .onMessage(Begin.class, this::onBegin)
                    .onMessage(Promise.class, this::onPromise)
                    .onMessage(Accepted.class, this::onAccepted)
                    .onMessage(Rejected.class, this::onRejected)
                    .build();
        }

        private Behavior<ProposerCommand> onBegin(Begin begin) {
            acceptors.forEach(
                    acceptor -> acceptor.tell(new Prepare(ballot, getContext().getSelf())));
            return report();
        }

        private Behavior<ProposerCommand> onPromise(Promise promise) {
            if (promise.ballot() != ballot || accepts) {
                return this;
            }
            promises.add(promise.acceptor());
            if (promise.accepted() > highest) {
                highest = promise.accepted();
                value = promise.value();
            }
            if (promises.size() > acceptors.size() / 2) {
                accepts = true;
                acceptors.forEach(acceptor ->
                        acceptor.tell(new Accept(ballot, value, getContext().getSelf())));
            }
            return report();
        }

        private Behavior<ProposerCommand> onAccepted(Accepted answer) {
            if (answer.ballot() == ballot) {
                accepted.add(answer.acceptor());
                if (accepted.size() > acceptors.size() / 2) {
                    node.state("decided", value);
                }
            }
            return report();
        }

        private Behavior<ProposerCommand> onRejected(Rejected rejected) {
            if (!triesAgain || rejected.ballot() != ballot) {
                return this;
            }
            while (ballot < rejected.higherBallot()) {
                ballot += proposers;
            }
            promises.clear();
            accepted.clear();
            accepts = false;
            value = node.name();
            highest = -1;
            return onBegin(new Begin());
        }

        private record State(
                int ballot, String value, int highest, boolean accepts, Set<String> promises, Set<String> accepted) {}

        private Behavior<ProposerCommand> report() {
            // Once it has asked the acceptors to accept, only their answers matter.
            node.state(
                    "proposal",
                    new State(
                            ballot,
                            value,
                            accepts ? -1 : highest,
                            accepts,
                            accepts ? Set.of() : new TreeSet<>(promises),
                            new TreeSet<>(accepted)));
            return this;
        }
    }
}
