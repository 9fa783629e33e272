package io.troupe.etcd.sim;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import io.etcd.jetcd.api.Member;
import io.troupe.etcd.members.Registrar;
import io.troupe.etcd.members.Roster;
import io.troupe.etcd.mvcc.Result;
import io.troupe.raft.RaftEngine;
import io.troupe.replication.Replica;
import io.troupe.replication.SessionClient;
import io.troupe.sim.Fault;
import io.troupe.sim.Node;
import io.troupe.sim.NodeContext;
import io.troupe.sim.Simulation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.javadsl.AskPattern;

/**
 * A cluster of three, two nodes that would join it, and a client at any node that adds, promotes and removes members while
 * whatever fails. In the end roster and group agree everywhere, what was acknowledged has happened, and nothing has that
 * nobody asked for.
 */
final class MembershipFaults implements Consumer<Simulation> {

    static final String ADDED = "a member is added";
    static final String PROMOTED = "a learner is promoted";
    static final String REMOVED = "a member is removed";
    static final String REFUSED = "a change of members is refused";
    static final String JOINED_AGAIN = "a node that was removed is a member again";

    private static final List<String> JOINERS = List.of("n4", "n5");
    private static final Duration FAULTY = Duration.ofSeconds(20);
    private static final Duration CLIENT_PATIENCE = Duration.ofSeconds(15);
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    private static final String FEW_ENTRIES =
            """
            troupe {
              raft { snapshot-entries = 30, retained-entries = 5 }
              paxos { snapshot-entries = 30, retained-entries = 5 }
              chain { snapshot-entries = 30, retained-entries = 5 }
            }
            """;

    private final String engine;

    /** @param engine what orders the commands */
    MembershipFaults(String engine) {
        this.engine = engine;
    }

    MembershipFaults() {
        this(RaftEngine.NAME);
    }

    @Override
    public void accept(Simulation sim) {
        var run = new Run(sim, engine);
        run.untilSettled();
        assertThat(run.rosterOf("n1").members()).hasSize(3);
        sim.nemesis(
                FAULTY,
                Duration.ofSeconds(2),
                Fault.partitions(),
                Fault.crashes(),
                Fault.pauses(),
                Fault.badNetwork(0.1, Duration.ofMillis(50)));
        run.changeMembers();
        sim.runFor(FAULTY);
        run.rest();
        sim.heal();
        run.untilSettled();
        run.judge();
    }

    /** One run, seen from outside the nodes. */
    private static final class Run {
        private final Simulation sim;
        private final RandomGenerator random;
        private final TreeMap<String, Node<MemberNode.Command>> nodes = new TreeMap<>();
        private final TreeSet<Long> askedToJoin = new TreeSet<>();
        private final TreeSet<Long> added = new TreeSet<>();
        private final TreeSet<Long> addedAsLearners = new TreeSet<>();
        private final TreeSet<Long> askedToVote = new TreeSet<>();
        private final TreeSet<Long> askedToGo = new TreeSet<>();
        private final TreeSet<Long> gone = new TreeSet<>();
        private boolean resting;
        private long lastId = 1000;

        Run(Simulation sim, String engine) {
            this.sim = sim;
            this.random = sim.random("changes");
            var engines =
                    new Engines(engine, ConfigFactory.parseString(FEW_ENTRIES).withFallback(ConfigFactory.load()));
            sim.nodes(
                            MemberNode.FOUNDERS.size() + JOINERS.size(),
                            (NodeContext node) -> MemberNode.create(node, engines.of(node), MemberNode.Oddities.NONE))
                    .forEach(node -> nodes.put(node.name(), node));
        }

        private Node<MemberNode.Command> any() {
            List<Node<MemberNode.Command>> up =
                    nodes.values().stream().filter(Node::isUp).toList();
            return up.get(random.nextInt(up.size()));
        }

        Roster rosterOf(String node) {
            return look(node).roster();
        }

        private MemberNode.Seen look(String node) {
            return sim.<MemberNode.Command, MemberNode.Seen>ask(
                    nodes.get(node).ref(), MemberNode.Look::new, Duration.ofSeconds(5));
        }

        // -- what clients do

        void changeMembers() {
            if (resting) {
                return;
            }
            sim.after(Duration.ofMillis(200 + random.nextInt(800)), () -> {
                if (nodes.values().stream().anyMatch(Node::isUp)) {
                    any().ref().tell(new MemberNode.Put("k" + random.nextInt(9), ignoring()));
                    change();
                }
                changeMembers();
            });
        }

        void rest() {
            resting = true;
        }

        private ActorRef<SessionClient.Outcome> ignoring() {
            return sim.system().ignoreRef();
        }

        private void change() {
            switch (random.nextInt(4)) {
                case 0, 1 -> add(JOINERS.get(random.nextInt(JOINERS.size())));
                case 2 -> pick(new ArrayList<>(addedAsLearners)).ifPresent(this::promote);
                default -> pick(new ArrayList<>(added)).ifPresent(this::remove);
            }
        }

        private Optional<Long> pick(List<Long> ids) {
            ids.removeAll(gone);
            return ids.isEmpty() ? Optional.empty() : Optional.of(ids.get(random.nextInt(ids.size())));
        }

        private void add(String node) {
            var member = Member.newBuilder()
                    .setID(++lastId)
                    .addPeerURLs(MemberNode.peerUrl(node))
                    .setIsLearner(random.nextBoolean())
                    .build();
            askedToJoin.add(member.getID());
            ask(replyTo -> new Registrar.Add(member, replyTo), () -> {
                added.add(member.getID());
                if (member.getIsLearner()) {
                    addedAsLearners.add(member.getID());
                }
                sim.reached(ADDED);
            });
        }

        private void promote(long id) {
            askedToVote.add(id);
            ask(replyTo -> new Registrar.Promote(id, replyTo), () -> sim.reached(PROMOTED));
        }

        private void remove(long id) {
            askedToGo.add(id);
            ask(replyTo -> new Registrar.Remove(id, replyTo), () -> {
                gone.add(id);
                sim.reached(REMOVED);
            });
        }

        private void ask(Function<ActorRef<Result>, Registrar.Ask> ask, Runnable done) {
            AskPattern.<MemberNode.Command, Result>ask(
                            any().ref(),
                            replyTo -> new MemberNode.Ask(ask.apply(replyTo)),
                            CLIENT_PATIENCE,
                            sim.system().scheduler())
                    .thenAccept(result -> {
                        if (result instanceof Result.Ok) {
                            done.run();
                        } else {
                            sim.reached(REFUSED);
                        }
                    });
        }

        // -- what comes of it

        void untilSettled() {
            for (int i = 0; i < PATIENCE.toSeconds() && !isSettled(); i++) {
                nodes.values().stream().filter(node -> !node.isUp()).forEach(Node::restart);
                sim.runFor(Duration.ofSeconds(1));
            }
            assertThat(isSettled())
                    .as("roster and group agree: %s", described())
                    .isTrue();
        }

        private String described() {
            var text = new StringBuilder();
            nodes.keySet().forEach(node -> {
                var seen = look(node);
                text.append(node)
                        .append(": ")
                        .append(seen.roster().members())
                        .append(group(seen))
                        .append('\n');
            });
            return text.toString();
        }

        private Replica.MembersListed group(MemberNode.Seen seen) {
            return (Replica.MembersListed) sim.<Replica.Request, Replica.Reply>ask(
                    seen.replica(), Replica.ListMembers::new, Duration.ofSeconds(5));
        }

        /**
         * Every member has the same roster, has started, and belongs to the group as the roster says. Who the members are, a
         * founder says: a node that was cut off when it was removed need not have heard of it.
         */
        private boolean isSettled() {
            if (!nodes.values().stream().allMatch(Node::isUp)) {
                return false;
            }
            List<Member> members = rosterOf(MemberNode.FOUNDERS.get(0)).members();
            for (Member member : members) {
                if (member.getName().isEmpty()) {
                    return false;
                }
                MemberNode.Seen seen = look(member.getName());
                if (!seen.roster().members().equals(members) || !agrees(seen.roster(), group(seen))) {
                    return false;
                }
            }
            return !members.isEmpty();
        }

        private static boolean agrees(Roster roster, Replica.MembersListed group) {
            var voters = new TreeSet<String>();
            var learners = new TreeSet<String>();
            for (Member member : roster.members()) {
                (member.getIsLearner() ? learners : voters).add(member.getName());
            }
            return group.settled()
                    && group.members().voters().equals(voters)
                    && group.members().learners().equals(learners);
        }

        void judge() {
            Roster roster = rosterOf(MemberNode.FOUNDERS.get(0));
            for (long id : added) {
                boolean there = roster.member(id).isPresent();
                assertThat(there || askedToGo.contains(id))
                        .as("%s was added, and nobody asked that it go", id)
                        .isTrue();
                assertThat(there && gone.contains(id)).as("%s was removed", id).isFalse();
            }
            for (long id : addedAsLearners) {
                boolean votes =
                        roster.member(id).map(found -> !found.getIsLearner()).orElse(false);
                assertThat(votes && !askedToVote.contains(id))
                        .as("%s votes, and nobody asked for it", id)
                        .isFalse();
            }
            for (Member member : roster.members()) {
                assertThat(askedToJoin.contains(member.getID()) || MemberNode.FOUNDERS.contains(member.getName()))
                        .as("%s is a member as %s, and nobody asked for it", member.getName(), member.getID())
                        .isTrue();
            }
            assertThat(roster.members().stream().map(Member::getName).toList())
                    .as("those that the cluster was set up with")
                    .containsAll(MemberNode.FOUNDERS);
            boolean again =
                    roster.members().stream().anyMatch(found -> roster.removed().containsValue(found.getName()));
            if (again) {
                sim.reached(JOINED_AGAIN);
            }
        }
    }
}
