package io.troupe.etcd;

import io.troupe.replication.Groups;
import io.troupe.replication.ReadConsistency;
import io.troupe.replication.Replica;
import io.troupe.replication.StateMachine;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.util.ByteString;

/**
 * An engine without consensus for members in one process: what any of them proposes is committed at once, and each applies it
 * by itself, in order. One that is held back applies nothing more until it is let go: it lags, as a follower may. The
 * first member leads.
 */
public final class SharedLog {

    private enum Advance {
        ADVANCE
    }

    private record Entry(Replica.Propose proposal, String proposer) {}

    private record Waiting(Replica.Query query, int index) {}

    private final List<String> members;
    private final List<Entry> entries = new CopyOnWriteArrayList<>();
    private final List<ActorRef<Object>> replicas = new CopyOnWriteArrayList<>();
    private final AtomicLong sessions = new AtomicLong();
    private final AtomicInteger waiting = new AtomicInteger();
    private volatile String heldBack = "";

    public SharedLog(String... members) {
        this.members = List.of(members);
    }

    public List<String> members() {
        return members;
    }

    public void holdBack(String member) {
        heldBack = member;
    }

    public void letGo() {
        heldBack = "";
        replicas.forEach(replica -> replica.tell(Advance.ADVANCE));
    }

    /** Linearizable reads at a member that is held back. */
    public int waiting() {
        return waiting.get();
    }

    public Behavior<Groups.Command> groups(String member) {
        return Behaviors.receive((context, command) -> {
            if (command instanceof Groups.Host host) {
                StateMachine machine = host.factory().create(host.group(), member);
                ActorRef<Object> replica =
                        context.spawn(replica(host.group(), member, machine), "replica-of-" + member);
                replicas.add(replica);
                host.replyTo().tell(new Groups.Hosted(host.group(), replica.unsafeUpcast()));
            } else if (command instanceof Groups.ListStatus list) {
                list.replyTo().tell(new Groups.Statuses(List.of()));
            }
            return Behaviors.same();
        });
    }

    private Behavior<Object> replica(String group, String member, StateMachine machine) {
        return Behaviors.setup(context -> {
            var state = new Object() {
                int applied;
                final TreeMap<String, ByteString> results = new TreeMap<>();
                final List<Waiting> reads = new ArrayList<>();

                void advance() {
                    while (!heldBack.equals(member) && applied < entries.size()) {
                        Entry entry = entries.get(applied);
                        long index = ++applied;
                        Replica.Propose asked = entry.proposal();
                        ByteString result = results.computeIfAbsent(
                                asked.session() + "/" + asked.serial(),
                                ignored -> machine.apply(index, asked.command()));
                        if (entry.proposer().equals(member)) {
                            asked.replyTo().tell(new Replica.Applied(asked.session(), asked.serial(), index, result));
                        }
                    }
                    reads.removeIf(read -> {
                        boolean due = read.index() <= applied;
                        if (due) {
                            waiting.decrementAndGet();
                            answer(read.query());
                        }
                        return due;
                    });
                }

                void answer(Replica.Query query) {
                    query.replyTo().tell(new Replica.Answered(query.id(), applied, machine.query(query.query())));
                }
            };
            return Behaviors.receiveMessage(message -> {
                if (message instanceof Replica.OpenSession open) {
                    open.replyTo().tell(new Replica.SessionOpened(sessions.incrementAndGet()));
                } else if (message instanceof Replica.Propose propose) {
                    entries.add(new Entry(propose, member));
                    replicas.forEach(replica -> replica.tell(Advance.ADVANCE));
                } else if (message instanceof Replica.Query query && query.consistency() == ReadConsistency.STALE) {
                    state.answer(query);
                } else if (message instanceof Replica.Query query) {
                    waiting.incrementAndGet();
                    state.reads.add(new Waiting(query, entries.size()));
                    state.advance();
                } else if (message instanceof Replica.ListMembers list) {
                    var all = new Replica.Members(new TreeSet<>(members), new TreeSet<>());
                    list.replyTo().tell(new Replica.MembersListed(all, true));
                } else if (message instanceof Replica.Observe observe) {
                    observe.observer().tell(status(group, member, state.applied));
                } else {
                    state.advance();
                }
                return Behaviors.same();
            });
        });
    }

    private Replica.Status status(String group, String member, long applied) {
        String leader = members.get(0);
        Replica.Role role = member.equals(leader) ? Replica.Role.LEADER : Replica.Role.FOLLOWER;
        return new Replica.Status(group, member, role, Optional.of(leader), 1, entries.size(), applied, 0);
    }
}
