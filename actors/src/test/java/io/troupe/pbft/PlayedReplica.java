package io.troupe.pbft;

import com.typesafe.config.ConfigFactory;
import io.troupe.replication.Replica;
import io.troupe.replication.WriteAheadLog;
import io.troupe.wire.WireBytes;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.slf4j.LoggerFactory;

/** One of four replicas, whose disk and peers a test plays: it runs for the first time, and that is durable. */
final class PlayedReplica {

    static final Membership FOUR = new Membership(List.of("n1", "n2", "n3", "n4"));

    final Core core;
    final TestProbe<WriteAheadLog.Write<Fact.Written>> disk;
    private final WireBytes bytes;
    private final TreeMap<String, TestProbe<Replica.Message>> peers = new TreeMap<>();

    /** @param settings that are not the default ones */
    PlayedReplica(ActorTestKit kit, String node, String settings) {
        this(kit, node, settings, new Ledger());
        core.start(false, () -> {});
        store();
    }

    /** As it comes back from a crash. */
    PlayedReplica(ActorTestKit kit, String node, String settings, Ledger recovered) {
        this.bytes = WireBytes.of(kit.system());
        this.disk = kit.createTestProbe();
        this.core = new Core(
                "g",
                node,
                FOUR,
                PbftSettings.from(ConfigFactory.parseString(settings).withFallback(ConfigFactory.load())),
                notary(node),
                recovered,
                disk.ref(),
                kit.<Replica.Message>createTestProbe().ref(),
                LoggerFactory.getLogger("test"));
        FOUR.others(List.of(node)).forEach(peer -> {
            TestProbe<Replica.Message> probe = kit.createTestProbe();
            peers.put(peer, probe);
            core.peerAt(peer, Optional.of(probe.ref()));
        });
    }

    /** A view that began with null requests through that number. */
    static NewViewDecision nothingThrough(long last) {
        TreeMap<Long, Optional<Digest>> chosen = new TreeMap<>();
        for (long sequence = 1; sequence <= last; sequence++) {
            chosen.put(sequence, Optional.empty());
        }
        return new NewViewDecision(0, Optional.empty(), chosen);
    }

    /** What has committed is executed; tentatively nothing is. */
    Execution execution(ActorRef<? super Executor.Command> executor) {
        return execution(executor, false);
    }

    /** @param goesAhead whether batches are executed tentatively */
    Execution execution(ActorRef<? super Executor.Command> executor, boolean goesAhead) {
        Replies replies = new Replies(core);
        return new Execution(core, executor, replies, goesAhead, executed -> {
            core.executedThrough(executed.sequence());
            replies.onExecuted(executed);
        });
    }

    Notary notary(String node) {
        return new Notary("g", node, new DealtKeys(node, FOUR.replicas()), bytes);
    }

    /** As its client seals it. */
    Sealed letter(PbftMessage.Request request) {
        return notary(request.id().client()).seal(request, FOUR.replicas());
    }

    /** In view 0. */
    PbftMessage.PrePrepare prePrepare(long sequence, Sealed... letters) {
        return new PbftMessage.PrePrepare(0, sequence, bytes.write(new Batch.Plain(List.of(letters))));
    }

    PbftMessage heardBy(String peer) {
        Replica.Message said = peers.get(peer).receiveMessage();
        return (said instanceof Signed signed
                        ? notary(peer).open(signed)
                        : notary(peer).open((Sealed) said))
                .orElseThrow();
    }

    /** The next write is durable. */
    List<Fact> store() {
        WriteAheadLog.Write<Fact.Written> write = disk.receiveMessage();
        core.onStored(write.ticket());
        return write.event().facts();
    }
}
