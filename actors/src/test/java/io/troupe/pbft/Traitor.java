package io.troupe.pbft;

import io.troupe.pbft.PbftMessage.BatchBody;
import io.troupe.pbft.PbftMessage.Certified;
import io.troupe.pbft.PbftMessage.Checkpoint;
import io.troupe.pbft.PbftMessage.Commit;
import io.troupe.pbft.PbftMessage.Execute;
import io.troupe.pbft.PbftMessage.NewKey;
import io.troupe.pbft.PbftMessage.NewView;
import io.troupe.pbft.PbftMessage.OpenSession;
import io.troupe.pbft.PbftMessage.PrePrepare;
import io.troupe.pbft.PbftMessage.Prepare;
import io.troupe.pbft.PbftMessage.Reply;
import io.troupe.pbft.PbftMessage.ReplyStable;
import io.troupe.pbft.PbftMessage.Request;
import io.troupe.pbft.PbftMessage.RequestId;
import io.troupe.pbft.PbftMessage.ViewChange;
import io.troupe.replication.Replica;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.apache.pekko.util.ByteString;

/** Who commits a {@link Treason}, with what it needs for it. */
final class Traitor {

    private static final int REMEMBERED = 50;
    /** Some of it is of views before. */
    private static final int OVERHEARD = 1000;

    final String name;
    final RandomGenerator random;
    final Notary notary;
    private final Membership members;
    private final List<String> fellows;
    private final List<PbftMessage> said = new ArrayList<>();
    private final List<Replica.Message> overheard = new ArrayList<>();
    /** Each key that each of the others has announced, in order: one may be announced again under a later number. */
    private final TreeMap<String, LinkedHashMap<ByteString, Signed>> announced = new TreeMap<>();

    private final Function<String, Notary> inNameOf;
    /** The highest serial that was seen of each session of others. */
    private final TreeMap<Long, Long> sessions = new TreeMap<>();

    /** The latest view that it has said it wants. */
    long wanted;

    private long asked;
    private int stolen;
    /** Which of its own batches it has changed, by sequence number. */
    private final TreeMap<Long, PrePrepare> lies = new TreeMap<>();

    /**
     * @param fellows all traitors: they tell each other the truth
     * @param inNameOf seals as another does: with its codes
     */
    Traitor(
            String name,
            RandomGenerator random,
            Notary notary,
            Membership members,
            List<String> fellows,
            Function<String, Notary> inNameOf) {
        this.inNameOf = inNameOf;
        this.fellows = fellows;
        this.name = name;
        this.random = random;
        this.notary = notary;
        this.members = members;
    }

    List<String> all() {
        return members.replicas();
    }

    List<String> others() {
        return members.replicas().stream().filter(node -> !node.equals(name)).toList();
    }

    /** Half of the others are told the truth. */
    boolean favours(String reader) {
        return fellows.contains(reader) || members.replicas().indexOf(reader) % 2 == 0;
    }

    ByteString otherBatch(ByteString batch) {
        List<Sealed> requests = notary.readBatch(batch).map(Batch::requests).orElse(List.of());
        return notary.write(
                requests.size() < 2 ? Batch.NULL : new Batch.Plain(requests.subList(0, requests.size() / 2)));
    }

    ByteString nullBatch() {
        return notary.nullBatch();
    }

    Digest nullDigest() {
        return notary.nullDigest();
    }

    ByteString censored(ByteString batch) {
        String victim = members.replicas().get(0);
        List<Sealed> left = notary.readBatch(batch).map(Batch::requests).orElse(List.of()).stream()
                .filter(request -> !request.from().equals(victim))
                .toList();
        return notary.write(new Batch.Plain(left));
    }

    /** The batch at another time, with all votes for it. */
    List<PbftMessage> votesFor(PrePrepare pre, Duration later) {
        Batch batch = notary.readBatch(pre.batch()).orElse(Batch.NULL);
        ByteString moved = notary.write(Batch.of(
                batch.requests(),
                batch.value().map(time -> AgreedTime.write(AgreedTime.read(time).plus(later)))));
        Digest digest = Digest.of(moved);
        return List.of(
                new PrePrepare(pre.view(), pre.sequence(), moved),
                new Prepare(pre.view(), pre.sequence(), digest),
                new Commit(pre.view(), pre.sequence(), digest));
    }

    void keep(PrePrepare lie) {
        lies.put(lie.sequence(), lie);
    }

    /** All its lies have prepared, and nothing else has. */
    ViewChange claiming(ViewChange change) {
        List<Certified> claims = lies.tailMap(change.stable(), false).values().stream()
                .map(lie -> new Certified(lie.sequence(), Digest.of(lie.batch()), lie.view()))
                .toList();
        return new ViewChange(change.view(), change.stable(), change.checkpoints(), claims, claims);
    }

    List<PbftMessage> withItsBatches(PbftMessage said) {
        List<PbftMessage> all = new ArrayList<>(List.of(said));
        lies.values().forEach(lie -> all.add(new BatchBody(lie.sequence(), lie.batch())));
        return all;
    }

    Digest anyDigest() {
        return Digest.of(ByteString.fromString(Long.toString(random.nextLong())));
    }

    Reply wrong(Reply reply) {
        ByteString wrong = wrongResults(new Replica.Applied(reply.id().number(), 1, 1, anyResult()));
        return new Reply(reply.view(), reply.id(), Digest.of(wrong), Optional.of(wrong));
    }

    ReplyStable wrong(ReplyStable reply) {
        return random.nextBoolean()
                ? new ReplyStable(reply.nonce(), 0, 0, 0)
                : new ReplyStable(
                        reply.nonce(),
                        reply.view() + random.nextInt(3),
                        reply.executed() + random.nextInt(100),
                        reply.used());
    }

    ByteString wrongResults(Replica.Reply wrong) {
        return notary.write(new PbftMessage.Results(List.of(wrong)));
    }

    ByteString anyResult() {
        return ByteString.fromString(Integer.toString(random.nextInt(100)));
    }

    NewView forged(NewView newView) {
        Signed own = notary.sign(new ViewChange(newView.view(), 0, List.of(), List.of(), List.of()));
        return new NewView(
                newView.view(),
                members.replicas().stream()
                        .map(name -> new Signed(name, own.payload(), own.signature()))
                        .toList());
    }

    ViewChange lying(ViewChange change) {
        List<Certified> made = new ArrayList<>();
        Digest lie = random.nextInt(4) > 0 ? notary.nullDigest() : anyDigest();
        if (random.nextInt(4) > 0) {
            for (long sequence = change.stable() + 1; sequence <= change.stable() + 6; sequence++) {
                made.add(new Certified(sequence, lie, change.view() - 1));
            }
        }
        return new ViewChange(change.view(), change.stable(), change.checkpoints(), made, made);
    }

    boolean isPrimary(String node, long view) {
        return members.primary(view).equals(node);
    }

    /** One that its clients have not asked for. */
    Request request() {
        return new Request(new RequestId(name, 0, ++asked), List.of(new OpenSession()));
    }

    Signed leavingFor(long view) {
        return notary.sign(new ViewChange(Math.max(1, view), 0, List.of(), List.of(), List.of()));
    }

    /** Its h is another, and what it tells of is above that; or its checkpoints are others, or none. */
    ViewChange lyingAboutCheckpoints(ViewChange change) {
        long stable = Math.max(0, change.stable() + PbftGroup.CHECKPOINT_INTERVAL * (random.nextInt(7) - 3L));
        long high = stable + PbftGroup.WINDOW;
        List<Checkpoint> held = new ArrayList<>();
        if (random.nextInt(4) > 0) {
            held.addAll(change.checkpoints());
            held.removeIf(one -> one.sequence() < stable);
            for (long sequence = stable; sequence <= high; sequence += PbftGroup.CHECKPOINT_INTERVAL) {
                if (random.nextInt(3) == 0) {
                    held.add(new Checkpoint(sequence, anyDigest()));
                }
            }
        }
        return new ViewChange(
                change.view(),
                stable,
                held,
                above(stable, high, change.prepared()),
                above(stable, high, change.prePrepared()));
    }

    private static List<Certified> above(long low, long high, List<Certified> claims) {
        return claims.stream()
                .filter(one -> one.sequence() > low && one.sequence() <= high)
                .toList();
    }

    /** Of a quorum of view changes, too, but one of them says otherwise: its own. */
    NewView another(NewView newView) {
        List<Signed> others = new ArrayList<>(newView.viewChanges());
        others.removeIf(signed -> signed.from().equals(name));
        while (others.size() >= members.quorum()) {
            others.remove(random.nextInt(others.size()));
        }
        List<Signed> proof = new ArrayList<>(others);
        newView.viewChanges().stream()
                .filter(signed -> signed.from().equals(name))
                .flatMap(own -> notary.open(own).stream())
                .map(own ->
                        notary.sign(random.nextBoolean() ? lying((ViewChange) own) : knowsNothing((ViewChange) own)))
                .forEach(proof::add);
        return new NewView(newView.view(), proof);
    }

    private static ViewChange knowsNothing(ViewChange change) {
        return new ViewChange(change.view(), change.stable(), change.checkpoints(), List.of(), List.of());
    }

    /** Another has said it to this one, and maybe to others, too. */
    void overhear(Replica.Message letter) {
        overheard.add(letter);
        if (overheard.size() > OVERHEARD) {
            overheard.remove(0);
        }
    }

    void learn(Signed signed, NewKey key) {
        if (notary.sessionKeys().learn(signed, key)) {
            announced
                    .computeIfAbsent(signed.from(), absent -> new LinkedHashMap<>())
                    .putIfAbsent(key.key(), signed);
        }
    }

    /** Under the last key of the reader's that must not count any more; empty when there is none yet. */
    Optional<Sealed> underAnOldKey(PbftMessage lie, String name, String reader) {
        List<Signed> all = List.copyOf(
                announced.getOrDefault(reader, new LinkedHashMap<>()).values());
        if (all.size() <= 2) {
            return Optional.empty();
        }
        Signed old = all.get(all.size() - 3);
        Notary another = inNameOf.apply(name);
        another.sessionKeys().learn(old, (NewKey) another.open(old).orElseThrow());
        return Optional.of(another.seal(lie, List.of(reader)));
    }

    List<Replica.Message> anythingOverheard() {
        return overheard.isEmpty() ? List.of() : List.of(overheard.get(random.nextInt(overheard.size())));
    }

    void spyOn(ByteString batch) {
        notary.readDecided(batch).requests().forEach(this::spyOn);
    }

    void spyOn(Request request) {
        if (!request.id().client().equals(name)) {
            request.operations().stream()
                    .filter(Execute.class::isInstance)
                    .map(Execute.class::cast)
                    .forEach(one -> sessions.merge(one.session(), one.serial(), Math::max));
        }
    }

    /** Its own request, with commands in sessions of others. */
    Request stealing(Request request) {
        return sessions.isEmpty()
                ? request
                : new Request(
                        request.id(),
                        request.operations().stream()
                                .map(one -> one instanceof Execute ? stealing() : one)
                                .toList());
    }

    PbftMessage.Command stealing() {
        long session = List.copyOf(sessions.keySet()).get(random.nextInt(sessions.size()));
        long serial = sessions.merge(session, 1L, Long::sum);
        return new Execute(session, serial, 0, ByteString.fromString(name + "-stolen-" + ++stolen));
    }

    void remember(PbftMessage message) {
        if (said.size() < REMEMBERED) {
            said.add(message);
        } else {
            said.set(random.nextInt(REMEMBERED), message);
        }
    }

    PbftMessage anythingSaid() {
        return said.get(random.nextInt(said.size()));
    }
}
