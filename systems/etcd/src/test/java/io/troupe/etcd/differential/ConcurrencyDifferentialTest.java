package io.troupe.etcd.differential;

import static com.google.protobuf.ByteString.copyFromUtf8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import io.etcd.jetcd.api.CampaignRequest;
import io.etcd.jetcd.api.ElectionGrpc;
import io.etcd.jetcd.api.KVGrpc;
import io.etcd.jetcd.api.LeaderKey;
import io.etcd.jetcd.api.LeaderRequest;
import io.etcd.jetcd.api.LeaderResponse;
import io.etcd.jetcd.api.LeaseGrantRequest;
import io.etcd.jetcd.api.LeaseGrpc;
import io.etcd.jetcd.api.LeaseTimeToLiveRequest;
import io.etcd.jetcd.api.ProclaimRequest;
import io.etcd.jetcd.api.RangeRequest;
import io.etcd.jetcd.api.ResignRequest;
import io.etcd.jetcd.api.ResponseHeader;
import io.etcd.jetcd.api.lock.LockGrpc;
import io.etcd.jetcd.api.lock.LockRequest;
import io.etcd.jetcd.api.lock.UnlockRequest;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.troupe.etcd.Patience;
import io.troupe.etcd.SoloNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The same story of locks and elections told to a real etcd and to this one. Skipped where no etcd is installed. */
class ConcurrencyDifferentialTest {

    @TempDir
    Path folder;

    /** Plays a story against one server, and keeps what it was told. */
    private static final class Teller {
        final List<String> told = new ArrayList<>();
        final ManagedChannel channel;
        final LockGrpc.LockBlockingStub lock;
        final LockGrpc.LockFutureStub lockLater;
        final ElectionGrpc.ElectionBlockingStub election;
        final ElectionGrpc.ElectionFutureStub electionLater;

        Teller(ManagedChannel channel) {
            this.channel = channel;
            this.lock = LockGrpc.newBlockingStub(channel);
            this.lockLater = LockGrpc.newFutureStub(channel);
            this.election = ElectionGrpc.newBlockingStub(channel);
            this.electionLater = ElectionGrpc.newFutureStub(channel);
        }

        <T extends Message> T ask(Supplier<T> call) {
            try {
                T response = call.get();
                told.add(text(response));
                return response;
            } catch (StatusRuntimeException e) {
                told.add(e.getStatus().getCode() + ": " + e.getStatus().getDescription());
                return null;
            }
        }

        <T extends Message> void await(Future<T> later) throws Exception {
            told.add(text(later.get(60, TimeUnit.SECONDS)));
        }

        void lease(long id) {
            LeaseGrpc.newBlockingStub(channel)
                    .withWaitForReady()
                    .withDeadlineAfter(30, TimeUnit.SECONDS)
                    .leaseGrant(
                            LeaseGrantRequest.newBuilder().setID(id).setTTL(600).build());
        }

        List<String> keys(String prefix) {
            byte[] end = prefix.getBytes(java.nio.charset.StandardCharsets.UTF_8);
            end[end.length - 1]++;
            return KVGrpc.newBlockingStub(channel)
                    .range(RangeRequest.newBuilder()
                            .setKey(copyFromUtf8(prefix))
                            .setRangeEnd(ByteString.copyFrom(end))
                            .build())
                    .getKvsList()
                    .stream()
                    .map(kv -> kv.getKey().toStringUtf8())
                    .toList();
        }

        /** In seconds, that of the lease of a key. */
        long timeToLiveOf(ByteString key) {
            var held = KVGrpc.newBlockingStub(channel)
                    .range(RangeRequest.newBuilder().setKey(key).build());
            return LeaseGrpc.newBlockingStub(channel)
                    .leaseTimeToLive(LeaseTimeToLiveRequest.newBuilder()
                            .setID(held.getKvs(0).getLease())
                            .build())
                    .getGrantedTTL();
        }

        void awaitKeys(String prefix, int count) {
            Patience.await(count + " keys").until(() -> keys(prefix).size() == count);
        }
    }

    private static String text(Message response) {
        var field = response.getDescriptorForType().findFieldByName("header");
        var header = (ResponseHeader) response.getField(field);
        return response.toBuilder()
                .setField(
                        field,
                        ResponseHeader.newBuilder()
                                .setRevision(header.getRevision())
                                .build())
                .build()
                .toString();
    }

    private interface Story {
        void tell(Teller teller) throws Exception;
    }

    private void isToldAlike(Story story) throws Exception {
        var program = RealEtcd.program("etcd");
        assumeTrue(program.isPresent(), "no etcd on the PATH: install one (Debian: etcd-server) to run this test");
        List<List<String>> told = new ArrayList<>();
        try (RealEtcd real = RealEtcd.start(program.get(), folder);
                SoloNode ours = new SoloNode("")) {
            for (ManagedChannel channel : List.of(real.connect(), ours.connect())) {
                var teller = new Teller(channel);
                story.tell(teller);
                told.add(teller.told);
                SoloNode.disconnect(channel);
            }
        }
        assertThat(told.get(1)).isNotEmpty().isEqualTo(told.get(0));
    }

    private static LockRequest lock(String name, long lease) {
        return LockRequest.newBuilder()
                .setName(copyFromUtf8(name))
                .setLease(lease)
                .build();
    }

    private static UnlockRequest unlock(String key) {
        return UnlockRequest.newBuilder().setKey(copyFromUtf8(key)).build();
    }

    @Test
    void locks() throws Exception {
        isToldAlike(etcd -> {
            etcd.lease(0x1234);
            etcd.lease(0xabcd);
            etcd.lease(0x77);
            etcd.ask(() -> etcd.lock.lock(lock("l", 0x1234)));
            etcd.ask(() -> etcd.lock.lock(lock("l", 0x1234))); // Once more with the same lease: held already.
            etcd.ask(() -> etcd.lock.lock(lock("l", 0x999)));
            var second = etcd.lockLater.lock(lock("l", 0xabcd));
            etcd.awaitKeys("l/", 2);
            var third = etcd.lockLater.lock(lock("l", 0x77));
            etcd.awaitKeys("l/", 3);
            second.cancel(true); // Whoever leaves takes its key with it.
            etcd.awaitKeys("l/", 2);
            etcd.told.add("" + etcd.keys("l/"));
            etcd.ask(() -> etcd.lock.unlock(unlock("l/1234")));
            etcd.await(third);
            etcd.ask(() -> etcd.lock.unlock(unlock("l/77")));
            etcd.ask(() -> etcd.lock.unlock(unlock("l/77")));
            etcd.ask(() -> etcd.lock.unlock(unlock("")));
            etcd.lease(-0x1f);
            etcd.ask(() -> etcd.lock.lock(lock("negative", -0x1f)));
            var own = etcd.lock.lock(lock("own", 0));
            etcd.told.add(own.getKey().toStringUtf8().replaceAll("[0-9a-f]{8,16}", "LEASE"));
        });
    }

    private static CampaignRequest campaign(long lease, String value) {
        return CampaignRequest.newBuilder()
                .setName(copyFromUtf8("e"))
                .setLease(lease)
                .setValue(copyFromUtf8(value))
                .build();
    }

    private static final LeaderRequest E =
            LeaderRequest.newBuilder().setName(copyFromUtf8("e")).build();

    private static LeaderKey key(long lease, long revision) {
        return LeaderKey.newBuilder()
                .setName(copyFromUtf8("e"))
                .setKey(copyFromUtf8("e/" + Long.toHexString(lease)))
                .setRev(revision)
                .setLease(lease)
                .build();
    }

    private static ProclaimRequest proclaim(LeaderKey key, String value) {
        return ProclaimRequest.newBuilder()
                .setLeader(key)
                .setValue(copyFromUtf8(value))
                .build();
    }

    @Test
    void elections() throws Exception {
        isToldAlike(etcd -> {
            etcd.lease(0x11);
            etcd.lease(0x22);
            etcd.ask(() -> etcd.election.leader(E));
            Iterator<LeaderResponse> observed = etcd.election.observe(E);
            LeaderKey first = etcd.ask(() -> etcd.election.campaign(campaign(0x11, "one")))
                    .getLeader();
            etcd.told.add(text(observed.next()));
            etcd.ask(() -> etcd.election.campaign(campaign(0x11, "one again")));
            etcd.told.add(text(observed.next()));
            etcd.ask(() -> etcd.election.leader(E));
            var second = etcd.electionLater.campaign(campaign(0x22, "two"));
            etcd.awaitKeys("e/", 2);
            etcd.ask(() -> etcd.election.proclaim(proclaim(first, "uno")));
            etcd.told.add(text(observed.next()));
            LeaderKey withoutLease = first.toBuilder().clearLease().build();
            etcd.ask(() -> etcd.election.proclaim(proclaim(withoutLease, "un")));
            etcd.told.add(observed.next().getKv().getValue().toStringUtf8());
            etcd.told.add("under a lease of " + etcd.timeToLiveOf(first.getKey()) + " s");
            etcd.ask(() -> etcd.election.proclaim(proclaim(key(0x11, 1), "not it")));
            etcd.ask(() -> etcd.election.proclaim(
                    proclaim(withoutLease.toBuilder().setRev(1).build(), "nor it")));
            etcd.ask(() -> etcd.election.proclaim(ProclaimRequest.getDefaultInstance()));
            etcd.ask(() -> etcd.election.resign(ResignRequest.getDefaultInstance()));
            etcd.ask(() -> etcd.election.resign(
                    ResignRequest.newBuilder().setLeader(first).build()));
            LeaderKey next = second.get(60, TimeUnit.SECONDS).getLeader();
            etcd.await(second);
            etcd.told.add(text(observed.next()));
            etcd.ask(() -> etcd.election.resign(
                    ResignRequest.newBuilder().setLeader(next).build()));
            etcd.ask(() -> etcd.election.resign(
                    ResignRequest.newBuilder().setLeader(next).build()));
            etcd.ask(() -> etcd.election.leader(E));
            etcd.ask(() -> etcd.election.campaign(campaign(0x33, "no such lease")));
        });
    }
}
