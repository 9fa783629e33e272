package io.troupe.etcd.mvcc;

import static com.google.protobuf.ByteString.copyFromUtf8;
import static org.assertj.core.api.Assertions.assertThat;

import io.etcd.jetcd.api.AuthUserAddRequest;
import io.etcd.jetcd.api.Compare;
import io.etcd.jetcd.api.KeyValue;
import io.etcd.jetcd.api.LeaseGrantRequest;
import io.etcd.jetcd.api.Member;
import io.etcd.jetcd.api.PutRequest;
import io.etcd.jetcd.api.RangeRequest;
import io.etcd.jetcd.api.RequestOp;
import io.etcd.jetcd.api.TxnRequest;
import io.etcd.jetcd.api.WatchCreateRequest;
import io.troupe.etcd.EtcdError;
import io.troupe.etcd.auth.AuthState;
import io.troupe.etcd.auth.Caller;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.Test;

/**
 * A node that is faulty, where the engine bears it, may have any bytes ordered, and ask any replica by any. No replica may end
 * by them: all that are correct would, at the same place of the log, and again at every start.
 */
class AnyBytesTest {

    private static final int RUNS = 30_000;

    /** In which what one command has done can matter to others. */
    private static final int COMMANDS_OF_A_STORE = 50;

    private static EtcdStateMachine empty() {
        return new EtcdStateMachine(StoreListener.NONE);
    }

    private static final PutRequest PUT =
            PutRequest.newBuilder().setKey(copyFromUtf8("k")).setLease(7).build();

    private static Imports.Stored stored(long main, int sub) {
        var pair = KeyValue.newBuilder().setKey(copyFromUtf8("k")).setVersion(1).build();
        return new Imports.Stored(main, sub, false, pair);
    }

    private static List<ByteString> commands() {
        var txn = TxnRequest.newBuilder()
                .addCompare(Compare.newBuilder().setKey(copyFromUtf8("k")))
                .addSuccess(RequestOp.newBuilder().setRequestPut(PUT))
                .build();
        return List.of(
                Commands.put(PUT),
                Commands.as(new Caller("u", 1), Commands.txn(txn)),
                Commands.leaseGrant(
                        LeaseGrantRequest.newBuilder().setID(7).setTTL(60).build()),
                Commands.leaseExpired(7, 1, 1),
                Commands.authenticate("u", 1, "p"),
                Commands.userAdd(AuthUserAddRequest.newBuilder().setName("u").build()),
                MemberCommands.found(
                        1, Member.newBuilder().setID(1).setName("n1").build()),
                Imports.begin(3, new TreeMap<>()),
                Imports.changes(3, 1, List.of(stored(2, 0), stored(2, 1))),
                Imports.end(3, 2, 1, AuthState.INITIAL));
    }

    private static List<ByteString> queries() {
        return List.of(
                Queries.range(
                        RangeRequest.newBuilder().setKey(copyFromUtf8("k")).build()),
                Queries.as(new Caller("u", 1), Queries.leaseWithKeys(7)),
                Queries.history(WatchCreateRequest.newBuilder()
                        .setKey(copyFromUtf8("k"))
                        .setStartRevision(2)
                        .build()),
                Queries.hash(2));
    }

    private static ByteString garbled(ByteString good, Random random) {
        byte[] bytes = good.toArray();
        for (int flips = random.nextInt(4); flips > 0; flips--) {
            bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(random.nextBoolean() ? 256 : 40);
        }
        return ByteString.fromArray(bytes).take(1 + random.nextInt(2 * bytes.length));
    }

    @Test
    void whateverBytesAreOrderedOrAskedTheStoreGoesOn() {
        var random = new Random(7);
        var machine = empty();
        for (int run = 1; run <= RUNS; run++) {
            machine = run % COMMANDS_OF_A_STORE == 0 ? empty() : machine;
            ByteString command =
                    garbled(commands().get(random.nextInt(commands().size())), random);
            assertThat(Result.parse(machine.apply(run, command))).isNotNull();
            ByteString query = garbled(queries().get(random.nextInt(queries().size())), random);
            assertThat(Result.parse(machine.query(query))).isNotNull();
        }
    }

    @Test
    void piecesOfAnImportThatGoBackOrOutOfAllBoundsAreRefused() {
        var machine = empty();
        machine.apply(1, Imports.begin(3, new TreeMap<>()));
        for (List<Imports.Stored> changes : List.of(
                List.of(stored(5, 0), stored(4, 0)),
                List.of(stored(5, 1), stored(5, 1)),
                List.of(stored(1, 0)),
                List.of(stored(Long.MAX_VALUE, 0)))) {
            assertThat(Result.parse(machine.apply(2, Imports.changes(3, 1, changes))))
                    .isEqualTo(Result.parse(Result.refused(EtcdError.UNHEALTHY)));
        }
        assertThat(Result.parse(machine.apply(3, Imports.end(3, 1, Long.MAX_VALUE, AuthState.INITIAL))))
                .isEqualTo(Result.parse(Result.refused(EtcdError.UNHEALTHY)));
        machine.apply(4, Imports.changes(3, 1, List.of(stored(4, 0), stored(4, 1), stored(5, 0))));
        machine.apply(5, Imports.end(3, 5, 2, AuthState.INITIAL));
        assertThat(machine.frozen().revision()).isEqualTo(5);
    }
}
