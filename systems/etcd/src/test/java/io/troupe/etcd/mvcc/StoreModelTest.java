package io.troupe.etcd.mvcc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.etcd.jetcd.api.CompactionRequest;
import io.etcd.jetcd.api.DeleteRangeRequest;
import io.etcd.jetcd.api.KeyValue;
import io.etcd.jetcd.api.LeaseGrantRequest;
import io.etcd.jetcd.api.LeaseRevokeRequest;
import io.etcd.jetcd.api.PutRequest;
import io.etcd.jetcd.api.RangeRequest;
import io.etcd.jetcd.api.RangeResponse;
import io.etcd.jetcd.api.WatchCreateRequest;
import io.troupe.etcd.EtcdError;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The store beside the simplest store there is: a copy of everything at every revision. */
class StoreModelTest {

    private final EtcdStateMachine machine = new EtcdStateMachine(StoreListener.NONE);
    private final List<TreeMap<String, KeyValue>> past = new ArrayList<>();
    private long index;
    private long compacted = -1;

    private static ByteString key(int i) {
        return ByteString.copyFromUtf8("k" + (char) ('a' + i));
    }

    private TreeMap<String, KeyValue> present() {
        return new TreeMap<>(past.get(past.size() - 1));
    }

    private long revision() {
        return past.size();
    }

    private Result apply(org.apache.pekko.util.ByteString command) {
        return Result.parse(machine.apply(++index, command));
    }

    @ParameterizedTest
    @ValueSource(longs = {11, 12, 13, 14, 15, 16, 17, 18})
    void agreesWithACopyOfEverythingAtEveryRevision(long seed) throws Exception {
        var random = new SplittableRandom(seed);
        past.add(new TreeMap<>());
        apply(Commands.leaseGrant(
                LeaseGrantRequest.newBuilder().setID(5).setTTL(60).build()));
        boolean leased = true;

        for (int step = 0; step < 1_500; step++) {
            switch (random.nextInt(20)) {
                case 0, 1, 2, 3 -> deleteSome(random);
                case 4 -> compactSome(random);
                case 5 -> {
                    if (leased && random.nextInt(10) == 0) {
                        leased = false;
                        revoke();
                    }
                }
                case 6 -> {
                    if (random.nextInt(10) == 0) {
                        restoreFromSnapshot();
                    }
                }
                default -> putSome(random, leased && random.nextInt(4) == 0 ? 5 : 0);
            }
            readSome(random);
            if (step % 100 == 99) {
                readHistory(random);
            }
        }
        restoreFromSnapshot();
        readSome(random);
        readHistory(random);
    }

    private void putSome(SplittableRandom random, long lease) {
        ByteString key = key(random.nextInt(12));
        ByteString value = ByteString.copyFromUtf8("v" + random.nextInt(1000));
        var next = present();
        KeyValue old = next.get(key.toStringUtf8());
        next.put(
                key.toStringUtf8(),
                KeyValue.newBuilder()
                        .setKey(key)
                        .setValue(value)
                        .setLease(lease)
                        .setCreateRevision(old == null ? revision() + 1 : old.getCreateRevision())
                        .setModRevision(revision() + 1)
                        .setVersion(old == null ? 1 : old.getVersion() + 1)
                        .build());
        past.add(next);
        var put = PutRequest.newBuilder()
                .setKey(key)
                .setValue(value)
                .setLease(lease)
                .build();
        assertThat(apply(Commands.put(put))).isInstanceOf(Result.Ok.class);
    }

    private void deleteSome(SplittableRandom random) {
        ByteString from = key(random.nextInt(12));
        ByteString to = key(random.nextInt(12));
        var next = present();
        next.keySet().removeIf(key -> key.compareTo(from.toStringUtf8()) >= 0 && key.compareTo(to.toStringUtf8()) < 0);
        if (next.size() < present().size()) {
            past.add(next);
        }
        apply(Commands.deleteRange(
                DeleteRangeRequest.newBuilder().setKey(from).setRangeEnd(to).build()));
    }

    private void revoke() {
        var next = present();
        next.values().removeIf(kv -> kv.getLease() == 5);
        if (next.size() < present().size()) {
            past.add(next);
        }
        apply(Commands.leaseRevoke(LeaseRevokeRequest.newBuilder().setID(5).build()));
    }

    private void compactSome(SplittableRandom random) {
        long at = Math.max(0, revision() - random.nextInt(60));
        Result result = apply(
                Commands.compact(CompactionRequest.newBuilder().setRevision(at).build()));
        if (at <= compacted) {
            assertThat(result).isEqualTo(new Result.Refused(EtcdError.COMPACTED));
        } else {
            assertThat(result).isInstanceOf(Result.Ok.class);
            compacted = at;
        }
    }

    private void readSome(SplittableRandom random) throws Exception {
        long at = 1 + random.nextLong(revision() + 1);
        var request = RangeRequest.newBuilder()
                .setKey(key(0))
                .setRangeEnd(ByteString.copyFrom(new byte[] {0}))
                .setRevision(at)
                .build();
        Result result = Result.parse(machine.query(Queries.range(request)));
        if (at > revision()) {
            assertThat(result).isEqualTo(new Result.Refused(EtcdError.FUTURE_REVISION));
        } else if (at < compacted) {
            assertThat(result).isEqualTo(new Result.Refused(EtcdError.COMPACTED));
        } else {
            var response = RangeResponse.parseFrom(((Result.Ok) result).body());
            assertThat(response.getKvsList())
                    .containsExactlyElementsOf(past.get((int) at - 1).values());
            assertThat(response.getHeader().getRevision()).isEqualTo(revision());
        }
    }

    /** Replays the history from a revision on top of that revision's predecessor, and arrives at the present. */
    private void readHistory(SplittableRandom random) throws Exception {
        long start = Math.max(2, Math.max(compacted, 1) + random.nextLong(revision() - Math.max(compacted, 1) + 1));
        var replayed = new TreeMap<>(past.get((int) start - 2));
        long from = start;
        while (from <= revision()) {
            var watch = WatchCreateRequest.newBuilder()
                    .setKey(key(0))
                    .setRangeEnd(ByteString.copyFrom(new byte[] {0}))
                    .setStartRevision(from)
                    .setPrevKv(true)
                    .build();
            var history =
                    Queries.History.parse(((Result.Ok) Result.parse(machine.query(Queries.history(watch)))).body());
            for (var event : history.events()) {
                KeyValue before = replayed.get(event.getKv().getKey().toStringUtf8());
                if (event.getKv().getModRevision() - 1 >= compacted) {
                    assertThat(event.hasPrevKv() ? event.getPrevKv() : null).isEqualTo(before);
                }
                switch (event.getType()) {
                    case PUT -> replayed.put(event.getKv().getKey().toStringUtf8(), event.getKv());
                    case DELETE -> replayed.remove(event.getKv().getKey().toStringUtf8());
                    default -> throw new AssertionError(event);
                }
            }
            assertThat(history.next()).isGreaterThan(from);
            from = history.next();
        }
        assertThat(replayed).isEqualTo(present());
    }

    private void restoreFromSnapshot() throws Exception {
        var bytes = new ByteArrayOutputStream();
        machine.freeze().writeTo(bytes);
        machine.restore(new ByteArrayInputStream(bytes.toByteArray()));
    }
}
