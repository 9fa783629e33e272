package io.troupe.etcd.mvcc;

import static com.google.protobuf.ByteString.copyFromUtf8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.etcd.jetcd.api.PutRequest;
import io.etcd.jetcd.api.RangeRequest;
import io.etcd.jetcd.api.RangeResponse;
import io.troupe.etcd.EtcdError;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.Test;

class FreezeTest {

    private static ByteString put(int key, String value) {
        return Commands.put(PutRequest.newBuilder()
                .setKey(copyFromUtf8("k%05d".formatted(key)))
                .setValue(copyFromUtf8(value))
                .build());
    }

    @Test
    void aSnapshotWrittenWhileWritesGoOnHoldsTheStateOfItsMoment() throws Exception {
        var machine = new EtcdStateMachine(StoreListener.NONE);
        int keys = 20_000;
        long index = 0;
        for (int i = 0; i < keys; i++) {
            machine.apply(++index, put(i, "before"));
        }
        var frozen = machine.freeze();
        var bytes = new ByteArrayOutputStream();
        var writing = CompletableFuture.runAsync(() -> {
            try {
                frozen.writeTo(bytes);
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        });
        for (int i = 0; i < keys || !writing.isDone(); i++) {
            machine.apply(++index, put(i % (keys + 100), "after"));
        }
        writing.get();

        var restored = new EtcdStateMachine(StoreListener.NONE);
        restored.restore(new ByteArrayInputStream(bytes.toByteArray()));
        var all = RangeRequest.newBuilder()
                .setKey(copyFromUtf8("k"))
                .setRangeEnd(copyFromUtf8("l"))
                .build();
        var response = RangeResponse.parseFrom(((Result.Ok) Result.parse(restored.query(Queries.range(all)))).body());
        assertThat(response.getKvsList())
                .hasSize(keys)
                .allSatisfy(kv -> assertThat(kv.getValue().toStringUtf8()).isEqualTo("before"));
        assertThat(response.getHeader().getRevision()).isEqualTo(keys + 1);
    }

    @Test
    void bytesThatAreNoSnapshotAreRefused() {
        var machine = new EtcdStateMachine(StoreListener.NONE);
        assertThatThrownBy(() -> machine.restore(new ByteArrayInputStream(new byte[100])))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("magic number");
    }

    @Test
    void commandsAndQueriesThatCannotBeReadAreRefusedAndChangeNothing() {
        var machine = new EtcdStateMachine(StoreListener.NONE);
        for (byte[] bytes : new byte[][] {{}, {99}, {1, 0x0a, 50}, {7, 1}, {8, 0, 0}}) {
            assertThat(Result.parse(machine.apply(1, ByteString.fromArray(bytes))))
                    .isEqualTo(new Result.Refused(EtcdError.MALFORMED));
        }
        for (byte[] bytes : new byte[][] {{}, {99}, {1, 0x0a, 50}, {4, 1}}) {
            assertThat(Result.parse(machine.query(ByteString.fromArray(bytes))))
                    .isEqualTo(new Result.Refused(EtcdError.MALFORMED));
        }
    }

    @Test
    void aLessorThatWasSucceededCannotExpireLeases() {
        var machine = new EtcdStateMachine(StoreListener.NONE);
        machine.apply(
                1,
                Commands.leaseGrant(io.etcd.jetcd.api.LeaseGrantRequest.newBuilder()
                        .setID(7)
                        .setTTL(10)
                        .build()));
        machine.apply(2, Commands.lessorPromoted(5));
        assertThat(Result.parse(machine.apply(3, Commands.leaseExpired(7, 4, 0))))
                .isEqualTo(new Result.Refused(EtcdError.NOT_LEADER));
        assertThat(Result.parse(machine.apply(4, Commands.leaseExpired(7, 5, 0))))
                .isInstanceOf(Result.Ok.class);
    }
}
