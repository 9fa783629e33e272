package io.troupe.bench.etcd;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.KV;
import io.etcd.jetcd.Watch;
import io.etcd.jetcd.op.Cmp;
import io.etcd.jetcd.op.CmpTarget;
import io.etcd.jetcd.op.Op;
import io.etcd.jetcd.options.GetOption;
import io.etcd.jetcd.options.PutOption;
import io.etcd.jetcd.options.WatchOption;
import io.etcd.jetcd.watch.WatchEvent;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Says to each member what clients say most, so that what it needs for the answers is loaded: the launcher runs this once
 * against fresh members, and keeps the classes of one for those that start later. No measurement, and no test.
 */
final class Rehearsal {

    private static final int ROUNDS = 5;
    private static final long PATIENCE_SECONDS = 20;
    private static final long LEASE_SECONDS = 60;

    private final KV kv;
    private final Client member;
    private final URI address;

    private Rehearsal(Client member, Client all, URI address) {
        this.member = member;
        this.kv = all.getKVClient();
        this.address = address;
    }

    /** @param arguments client URLs of the members of one cluster, such as {@code http://127.0.0.1:2379} */
    public static void main(String[] arguments) throws Exception {
        try (Client all = Client.builder().endpoints(arguments).build()) {
            for (String url : arguments) {
                try (Client member = Client.builder().endpoints(url).build()) {
                    var rehearsal = new Rehearsal(member, all, URI.create(url));
                    for (int round = 0; round < ROUNDS; round++) {
                        rehearsal.play(bytes("rehearsal/" + round));
                    }
                    rehearsal.playOnce();
                }
            }
        }
    }

    /** What a client does all the time. */
    private void play(ByteSequence key) throws Exception {
        long lease = await(member.getLeaseClient().grant(LEASE_SECONDS)).getID();
        var seen = new CompletableFuture<Void>();
        try (Watch.Watcher ignored = member.getWatchClient()
                .watch(key, WatchOption.builder().withPrevKV(true).build(), answer -> {
                    if (answer.getEvents().stream()
                            .anyMatch(event -> event.getEventType() == WatchEvent.EventType.DELETE)) {
                        seen.complete(null);
                    }
                })) {
            await(kv.put(key, key, PutOption.builder().withLeaseId(lease).build()));
            await(member.getKVClient().get(key));
            await(member.getKVClient()
                    .get(
                            key,
                            GetOption.builder()
                                    .isPrefix(true)
                                    .withSerializable(true)
                                    .build()));
            await(kv.txn()
                    .If(new Cmp(key, Cmp.Op.EQUAL, CmpTarget.value(key)))
                    .Then(Op.put(key, bytes("again"), PutOption.DEFAULT), Op.get(key, GetOption.DEFAULT))
                    .Else(Op.get(key, GetOption.DEFAULT))
                    .commit());
            await(kv.delete(key));
            await(seen);
        }
        await(member.getLeaseClient().keepAliveOnce(lease));
        await(member.getLeaseClient().revoke(lease));
    }

    /** What it does now and then. */
    private void playOnce() throws Exception {
        long lease = await(member.getLeaseClient().grant(LEASE_SECONDS)).getID();
        ByteSequence name = bytes("rehearsal");
        await(member.getLockClient()
                .unlock(await(member.getLockClient().lock(name, lease)).getKey()));
        await(member.getElectionClient()
                .resign(await(member.getElectionClient().campaign(name, lease, name))
                        .getLeader()));
        await(member.getLeaseClient().revoke(lease));
        await(member.getClusterClient().listMember());
        await(member.getMaintenanceClient().statusMember(address.toString()));
        HttpRequest health = HttpRequest.newBuilder(address.resolve("/health")).build();
        await(HttpClient.newHttpClient().sendAsync(health, HttpResponse.BodyHandlers.discarding()));
    }

    private static <T> T await(CompletableFuture<T> answer)
            throws InterruptedException, ExecutionException, TimeoutException {
        return answer.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    private static ByteSequence bytes(String text) {
        return ByteSequence.from(text, UTF_8);
    }
}
