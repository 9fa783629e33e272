package io.troupe.pbft;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import io.troupe.pbft.Executor.Executed;
import io.troupe.pbft.Executor.Frozen;
import io.troupe.pbft.PbftMessage.Request;
import io.troupe.pbft.PbftMessage.RequestId;
import io.troupe.pbft.PbftMessage.StateHeader;
import io.troupe.replication.InMemorySnapshotStorage;
import io.troupe.replication.Sessions;
import io.troupe.replication.SnapshotStorage;
import io.troupe.replication.StateMachine;
import io.troupe.sim.jvms.ReplayedLog;
import io.troupe.sim.jvms.UnlikeJvms;
import io.troupe.wire.WireBytes;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.NotSerializableException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.Test;

/**
 * What replicas hold against each other by its digest, whatever the service is: client sessions, the latest replies, which
 * requests were executed. The same requests come to the same of it, to the byte, wherever a replica runs, also when each of its
 * bounds is passed; the sessions are those of every engine.
 */
class ExecutorDeterminismTest {

    private static final int REQUESTS = 1_200;
    private static final int CLIENTS = 4;
    private static final int LIVES = ExecutedRequests.LIVES_MAX + 4;
    private static final int OPERATIONS_MAX = 1_000;
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    @Test
    void replicasOnUnlikeJvmsHaveTheSameSessionsAndReplies() throws InterruptedException {
        var printed = UnlikeJvms.run(ExecutorDeterminismTest.class);
        assertThat(new HashSet<>(printed.values())).as("%s", printed).hasSize(1);
    }

    public static void main(String[] none) throws IOException {
        ActorTestKit kit =
                ActorTestKit.create(ConfigFactory.parseString("pekko { loglevel = OFF, stdout-loglevel = OFF }")
                        .withFallback(ConfigFactory.load()));
        WireBytes bytes = WireBytes.of(kit.system());
        new ReplayedLog(log().stream().map(bytes::write).toList()).print(() -> {
            Replica replica = new Replica(kit, bytes);
            return new ReplayedLog.Machine(replica::apply, replica::writeTo, replica::restore);
        });
        kit.shutdownTestKit();
    }

    /** An executor that is asked for a checkpoint when its state is to be written. */
    private static final class Replica {

        private static final int CHECKPOINT_INTERVAL = 2;

        private final WireBytes bytes;
        private final SnapshotStorage storage = new InMemorySnapshotStorage();
        private final TestProbe<Executor.Event> told;
        private final ActorRef<Executor.Command> executor;

        Replica(ActorTestKit kit, WireBytes bytes) {
            this.bytes = bytes;
            this.told = kit.createTestProbe();
            this.executor = kit.spawn(
                    Executor.create("g", new Lengths(), storage, CHECKPOINT_INTERVAL, Long.MAX_VALUE, told.getRef()));
        }

        ByteString apply(long index, ByteString request) {
            Executed executed = execute(1, List.of(read(request)));
            return executed.outcomes().isEmpty()
                    ? ByteString.fromString("again " + executed.again())
                    : executed.outcomes().get(0).results();
        }

        private Request read(ByteString request) {
            try {
                return bytes.read(request, Request.class);
            } catch (NotSerializableException e) {
                throw new UncheckedIOException("It was written here", e);
            }
        }

        private Executed execute(long sequence, List<Request> requests) {
            executor.tell(new Executor.Execute(sequence, Optional.empty(), requests, 1, false));
            return told.expectMessageClass(Executed.class, PATIENCE);
        }

        /** After the number of its operations, which is not part of it. */
        void writeTo(OutputStream out) throws IOException {
            execute(CHECKPOINT_INTERVAL, List.of());
            Frozen frozen = told.expectMessageClass(Frozen.class, PATIENCE);
            DataOutputStream data = new DataOutputStream(out);
            data.writeLong(frozen.operations());
            frozen.state().writeTo(data);
        }

        void restore(InputStream written) throws IOException {
            long operations = new DataInputStream(written).readLong();
            try (SnapshotStorage.Writer writer = storage.create("g", CHECKPOINT_INTERVAL, operations)) {
                written.transferTo(writer.out());
                writer.commit();
            }
            executor.tell(new Executor.Restore(CHECKPOINT_INTERVAL, new StateHeader(operations, 0, new Digest("any"))));
            told.expectMessageClass(Executor.Restored.class, PATIENCE);
        }
    }

    /** Adds up how long commands are. */
    private static final class Lengths implements StateMachine {

        private long sum;

        @Override
        public ByteString apply(long index, ByteString command) {
            sum += command.length();
            return query(command);
        }

        @Override
        public ByteString query(ByteString query) {
            return ByteString.fromString(Long.toString(sum));
        }

        @Override
        public State freeze() {
            long frozen = sum;
            return out -> new DataOutputStream(out).writeLong(frozen);
        }

        @Override
        public void restore(InputStream state) throws IOException {
            sum = new DataInputStream(state).readLong();
        }
    }

    /** It goes beyond what is kept of sessions, of one session's results, of replies, of requests, and of a client's lives. */
    private static List<Request> log() {
        var random = new SplittableRandom(1);
        var numbers = new TreeMap<Integer, Long>();
        List<Request> log = new ArrayList<>();
        for (int opened = 0; opened <= Sessions.SESSIONS_MAX; opened += OPERATIONS_MAX) {
            List<PbftMessage.Command> openings = Collections.nCopies(OPERATIONS_MAX, new PbftMessage.OpenSession());
            log.add(new Request(id(0, 0, numbers), openings));
        }
        for (int serial = 1; serial <= Sessions.RESULTS_MAX; serial += OPERATIONS_MAX) {
            List<PbftMessage.Command> commands = new ArrayList<>();
            for (int i = 0; i < OPERATIONS_MAX; i++) {
                commands.add(new PbftMessage.Execute(Sessions.SESSIONS_MAX, serial + i, 0, ByteString.fromString("c")));
            }
            log.add(new Request(id(0, 0, numbers), commands));
        }
        while (log.size() < REQUESTS) {
            int life = random.nextInt(3) == 0 ? random.nextInt(LIVES) : 0;
            boolean isRepeated = random.nextInt(8) == 0;
            log.add(isRepeated ? log.get(random.nextInt(log.size())) : request(random, life, numbers));
        }
        return log;
    }

    private static Request request(SplittableRandom random, int life, TreeMap<Integer, Long> numbers) {
        List<PbftMessage.Command> operations = new ArrayList<>();
        for (int i = random.nextInt(4); i >= 0; i--) {
            operations.add(operation(random));
        }
        return new Request(id(random.nextInt(CLIENTS), life, numbers), operations);
    }

    private static RequestId id(int client, int life, TreeMap<Integer, Long> numbers) {
        return new RequestId("title-\u0131I\u00e9-" + client, life, numbers.merge(client, 1L, Long::sum));
    }

    private static PbftMessage.Command operation(SplittableRandom random) {
        ByteString text = ByteString.fromString("x".repeat(random.nextInt(50)));
        return switch (random.nextInt(8)) {
            case 0 -> new PbftMessage.OpenSession();
            case 1 -> new PbftMessage.OpenShared();
            case 2 -> new PbftMessage.OrderedRead(text);
            case 3 -> new PbftMessage.Execute(Sessions.SESSIONS_MAX, random.nextLong(5_000), 0, text);
            default -> {
                long serial = 1 + random.nextLong(30);
                long session = Sessions.SESSIONS_MAX + random.nextLong(7_000);
                yield new PbftMessage.Execute(session, serial, random.nextLong(serial + 1), text);
            }
        };
    }
}
