package io.troupe.pbft;

import io.troupe.pbft.PbftMessage.NewKey;
import io.troupe.pbft.PbftMessage.Request;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.pekko.util.ByteString;

/**
 * Keys that last for a while (TOCS 2002, key exchanges). Under which a message is sealed is for its reader to choose: each replica
 * announces a key now and then, and from it each of the others has a code of its own with that replica. What is sealed under
 * the key before is read until the next is chosen, for it may have been on its way, or its sender may have missed the
 * announcement; what is older is not read any more, whoever knows that key by now.
 *
 * <p>Before a replica has chosen twice, the key before its first is the secret of each pair, which lasts as long as the
 * {@link Keys}; under that seals, too, who knows of no key of a reader. {@link Request}s are always sealed under it: {@link
 * Notary#seal}.
 */
final class SessionKeys {

    /** The present one, and the one before. */
    private static final int READ_UNDER = 2;

    /** A key of this replica, with the code of each of the others under it. */
    private record Own(Keys.Fresh key, TreeMap<String, Keys.Code> codes) {
        boolean isSealed(String from, ByteString mac, ByteString content) {
            return Notary.isEqual(mac, codes.computeIfAbsent(from, key::from).of(content));
        }
    }

    /** What another has announced last. */
    private record Announced(long counter, Signed proof, Keys.Code code) {}

    private final Keys keys;
    /** The present one first. */
    private final Deque<Own> own = new ArrayDeque<>();

    private final TreeMap<String, Announced> others = new TreeMap<>();
    private long counter;
    /** Who has sealed something under another key than the present one, and must have missed that. */
    private final TreeSet<String> behind = new TreeSet<>();

    private long unread;

    SessionKeys(Keys keys) {
        this.keys = keys;
        refresh();
    }

    // -- what this replica reads

    /** A new key from now on; of those before, the last alone is good, and until the next. */
    void refresh() {
        own.addFirst(new Own(keys.fresh(), new TreeMap<>()));
        counter++;
        forgetOld();
    }

    private void forgetOld() {
        while (own.size() > READ_UNDER) {
            own.removeLast();
        }
    }

    /** What is to be announced, signed. */
    NewKey announcement() {
        return new NewKey(counter, own.getFirst().key().announced());
    }

    /** In an earlier life this replica had come so far: what it announces is later from now on. */
    void goBeyond(NewKey earlier) {
        if (earlier.counter() >= counter && !earlier.equals(announcement())) {
            counter = earlier.counter() + 1;
        }
    }

    /** Whether the code is right under the present key. */
    boolean isSealed(String from, ByteString mac, ByteString content) {
        return own.getFirst().isSealed(from, mac, content);
    }

    /**
     * When it is not: whether it is right under the key before. If not that either it is forged, or garbled, or its sender knows
     * no key that is good.
     */
    boolean wasSealed(String from, ByteString mac, ByteString content) {
        behind.add(from);
        boolean isOfBefore = own.stream().skip(1).anyMatch(key -> key.isSealed(from, mac, content))
                || isFirst() && Notary.isEqual(mac, keys.mac(from, content));
        unread += isOfBefore ? 0 : 1;
        return isOfBefore;
    }

    private boolean isFirst() {
        return own.size() < READ_UNDER;
    }

    /** How much could not be read, in this life. */
    long unread() {
        return unread;
    }

    /** Who should be told of the present key; each is named once. */
    List<String> takeBehind() {
        List<String> taken = List.copyOf(behind);
        behind.clear();
        return taken;
    }

    // -- what others read

    /** For what this replica says to {@code reader}. */
    ByteString mac(String reader, ByteString content) {
        Announced announced = others.get(reader);
        return announced == null ? keys.mac(reader, content) : announced.code().of(content);
    }

    /**
     * One that was announced before does not come back: the counter grows.
     *
     * @return false when a later one is known
     */
    boolean learn(Signed proof, NewKey announced) {
        Announced known = others.get(proof.from());
        if (known != null && known.counter() >= announced.counter()) {
            return known.counter() == announced.counter();
        }
        keys.codeFor(proof.from(), announced.key())
                .ifPresent(code -> others.put(proof.from(), new Announced(announced.counter(), proof, code)));
        return true;
    }

    /** What {@code node} has announced last, as it signed it. */
    Optional<Signed> announcedBy(String node) {
        return Optional.ofNullable(others.get(node)).map(Announced::proof);
    }
}
