package io.troupe.paxos;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import io.troupe.paxos.PaxosMessage.Accept;
import io.troupe.paxos.PaxosMessage.Accepted;
import io.troupe.paxos.PaxosMessage.Prepare;
import io.troupe.paxos.PaxosMessage.Promise;
import io.troupe.replication.Engine;
import io.troupe.replication.Replica;
import io.troupe.replication.paper.FaultySnapshots;
import io.troupe.replication.paper.PaperReplica;
import io.troupe.replication.sim.ObservedClients;
import java.util.List;
import java.util.Set;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.util.ByteString;

/** One real replica, n1, among probes that play its peers n2 and n3; time passes only when told. */
final class PaperServer extends PaperReplica<PaxosMessage> {

    PaxosSettings settings;
    final ObservedClients clients;
    FaultySnapshots storage = new FaultySnapshots();
    private String journal = "paxos-g@n1";
    private boolean hasLostData;

    PaperServer(String hocon) {
        this(new ObservedClients(), hocon);
    }

    private PaperServer(ObservedClients clients, String hocon) {
        super("n1", List.of("n1", "n2", "n3"), Set.of(), clients.factory(), hocon);
        this.clients = clients;
        this.settings = PaxosSettings.from(kit.system().settings().config());
        start();
    }

    @Override
    protected Behavior<Replica.Message> replica(Engine.Seat seat) {
        String journalNow = journal;
        return new PaxosEngine(settings, storage, hasLostData, this::nanoTime, Witness.NOBODY, id -> journalNow)
                .replica(seat);
    }

    @Override
    protected String journal() {
        return journal;
    }

    /** Its operator has changed its settings meanwhile. */
    void restart(String hocon) {
        kill();
        settings = PaxosSettings.from(ConfigFactory.parseString(hocon)
                .withFallback(kit.system().settings().config()));
        start();
    }

    /** The disk has lost its journal; the snapshots stay. */
    void restartWithoutJournal() {
        stranger.awaitAssert(() -> {
            assertThat(storage.list("g")).as("the mark of the first day").isNotEmpty();
            return true;
        });
        kill();
        journal += "-new";
        start();
    }

    /** With nothing of what it had, and told so by its operator, this once. */
    void restartWithLostData() {
        kill();
        journal += "-new";
        storage = new FaultySnapshots();
        hasLostData = true;
        start();
        hasLostData = false;
    }

    /** The longest a follower waits for the first time. */
    void electionTimeoutPasses() {
        pass(settings.electionTimeout().multipliedBy(2));
    }

    /** The next Accept that proposes something. */
    Accept awaitProposal(String node) {
        return await(node, Accept.class, accept -> !accept.decrees().isEmpty());
    }

    Prepare becomeCandidate() {
        electionTimeoutPasses();
        await("n3", Prepare.class);
        return await("n2", Prepare.class);
    }

    void promise(Prepare prepare, String node, long chosenThrough, Vote... votes) {
        promise(prepare.ballot(), node, chosenThrough, votes);
    }

    void promise(Ballot ballot, String node, long chosenThrough, Vote... votes) {
        tell(new Promise(ballot, new Voter(node, 0), chosenThrough, chosenThrough + 1, Promise.END, List.of(votes)));
    }

    /** Elected by n2, which has voted for nothing. */
    Ballot becomeLeader() {
        Prepare prepare = becomeCandidate();
        promise(prepare, "n2", 0);
        Accept first = await("n2", Accept.class);
        answer(first, "n2");
        status();
        return first.ballot();
    }

    void answer(Accept accept, String node) {
        tell(new Accepted(
                accept.ballot(),
                new Voter(node, 0),
                accept.decrees().first(),
                accept.decrees().last(),
                accept.round(),
                accept.chosenThrough()));
    }

    static Decree command(String text) {
        return new Decree.Command(0, 0, 0, ByteString.fromString(text));
    }
}
