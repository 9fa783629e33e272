package io.troupe.etcd;

import io.troupe.replication.Groups;
import io.troupe.replication.Replica;
import io.troupe.replication.StateMachine;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.util.ByteString;

/** A group host whose replicas are alone and forget everything: an engine without consensus, for tests of what stands on one. */
public final class SoloGroups {

    private SoloGroups() {}

    public static Behavior<Groups.Command> create(String node) {
        return Behaviors.receive((context, command) -> {
            if (command instanceof Groups.Host host) {
                StateMachine machine = host.factory().create(host.group(), node);
                ActorRef<Replica.Request> replica =
                        context.spawn(replica(host.group(), node, machine), "replica-" + host.group());
                host.replyTo().tell(new Groups.Hosted(host.group(), replica));
            } else if (command instanceof Groups.ListStatus list) {
                list.replyTo().tell(new Groups.Statuses(List.of()));
            }
            return Behaviors.same();
        });
    }

    /** Applies everything at once, in order, and calls anybody a member; a repeated (session, serial) gets its first result. */
    public static Behavior<Replica.Request> replica(String group, String node, StateMachine machine) {
        return Behaviors.setup(context -> {
            var state = new Object() {
                long index = 1;
                long sessions;
                final TreeMap<String, ByteString> results = new TreeMap<>();
                final TreeSet<String> voters = new TreeSet<>(List.of(node));
                final TreeSet<String> learners = new TreeSet<>();

                Replica.Members members() {
                    return new Replica.Members(voters, learners);
                }

                void change(Replica.MemberChange change) {
                    voters.remove(change.node());
                    learners.remove(change.node());
                    switch (change.kind()) {
                        case ADD_LEARNER -> learners.add(change.node());
                        case ADD_VOTER, PROMOTE -> voters.add(change.node());
                        case ADD_WITNESS -> throw new IllegalArgumentException("etcd has no witnesses: " + change);
                        case REMOVE -> {}
                    }
                }
            };
            return Behaviors.receiveMessage(request -> {
                if (request instanceof Replica.OpenSession open) {
                    state.index++;
                    open.replyTo().tell(new Replica.SessionOpened(++state.sessions));
                } else if (request instanceof Replica.Propose propose) {
                    ByteString result = state.results.computeIfAbsent(
                            propose.session() + "/" + propose.serial(),
                            ignored -> machine.apply(++state.index, propose.command()));
                    propose.replyTo()
                            .tell(new Replica.Applied(propose.session(), propose.serial(), state.index, result));
                } else if (request instanceof Replica.Query query) {
                    query.replyTo().tell(new Replica.Answered(query.id(), state.index, machine.query(query.query())));
                } else if (request instanceof Replica.ListMembers list) {
                    list.replyTo().tell(new Replica.MembersListed(state.members(), true));
                } else if (request instanceof Replica.Reconfigure change) {
                    change.changes().forEach(state::change);
                    change.replyTo().tell(new Replica.Reconfigured(state.members()));
                } else if (request instanceof Replica.Observe observe) {
                    observe.observer()
                            .tell(new Replica.Status(
                                    group,
                                    node,
                                    Replica.Role.LEADER,
                                    Optional.of(node),
                                    1,
                                    state.index,
                                    state.index,
                                    0));
                }
                return Behaviors.same();
            });
        });
    }
}
