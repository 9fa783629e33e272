package io.troupe.bench.replication;

import com.alipay.sofa.jraft.Closure;
import com.alipay.sofa.jraft.Iterator;
import com.alipay.sofa.jraft.Node;
import com.alipay.sofa.jraft.RaftGroupService;
import com.alipay.sofa.jraft.Status;
import com.alipay.sofa.jraft.closure.ReadIndexClosure;
import com.alipay.sofa.jraft.conf.Configuration;
import com.alipay.sofa.jraft.core.StateMachineAdapter;
import com.alipay.sofa.jraft.entity.PeerId;
import com.alipay.sofa.jraft.entity.Task;
import com.alipay.sofa.jraft.option.NodeOptions;
import io.troupe.bench.load.Operation;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.util.List;
import java.util.stream.Collectors;

/** SOFAJRaft with its defaults: log in RocksDB, synced before it is acknowledged; no snapshots during the measurement. */
public final class SofaJRaft implements Engine {

    private static final String GROUP = "bench";
    private static final int ELECTION_TIMEOUT_MILLIS = 1_000;
    private static final byte[] NOTHING = new byte[0];

    @Override
    public String name() {
        return "jraft";
    }

    @Override
    public List<String> jvmOptions() {
        return List.of(
                "--add-opens=java.base/java.util=ALL-UNNAMED",
                "--add-opens=java.base/java.nio=ALL-UNNAMED",
                "--add-opens=java.base/java.lang=ALL-UNNAMED",
                "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED");
    }

    @Override
    public Replica start(Place place) throws Exception {
        Files.createDirectories(place.folder());
        var options = new NodeOptions();
        options.setElectionTimeoutMs(ELECTION_TIMEOUT_MILLIS);
        options.setSnapshotIntervalSecs(0);
        options.setLogUri(place.folder().resolve("log").toString());
        options.setRaftMetaUri(place.folder().resolve("meta").toString());
        options.setFsm(new Machine());
        var members = new Configuration();
        members.parse(place.ports().stream().map(port -> "127.0.0.1:" + port).collect(Collectors.joining(",")));
        options.setInitialConf(members);
        var service = new RaftGroupService(GROUP, PeerId.parsePeer("127.0.0.1:" + place.port()), options);
        return new Running(service, service.start());
    }

    private static final class Machine extends StateMachineAdapter {

        private final Tally tally = new Tally();

        @Override
        public void onApply(Iterator committed) {
            while (committed.hasNext()) {
                tally.add(committed.getData().remaining());
                Closure done = committed.done();
                if (done != null) {
                    done.run(Status.OK());
                }
                committed.next();
            }
        }
    }

    private record Running(RaftGroupService service, Node node) implements Replica {

        @Override
        public boolean leads() {
            return node.isLeader();
        }

        @Override
        public Operation put(byte[] command) {
            return (random, ended) ->
                    node.apply(new Task(ByteBuffer.wrap(command), status -> ended.with(status.isOk())));
        }

        @Override
        public Operation read() {
            return (random, ended) -> node.readIndex(NOTHING, new ReadIndexClosure() {
                @Override
                public void run(Status status, long index, byte[] context) {
                    ended.with(status.isOk());
                }
            });
        }

        @Override
        public long syncs() {
            return 0; // RocksDB does not tell.
        }

        @Override
        public void close() throws InterruptedException {
            service.shutdown();
            service.join();
        }
    }
}
