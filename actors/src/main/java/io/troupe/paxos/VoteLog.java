package io.troupe.paxos;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** An acceptor's votes by instance, those above a base; there may be gaps. */
final class VoteLog {

    private long base;
    private final ArrayList<@Nullable Vote> votes = new ArrayList<>();

    VoteLog(long base) {
        this.base = base;
    }

    /** Everything up to here is forgotten. */
    long base() {
        return base;
    }

    /** The highest instance with a vote, or the base. */
    long last() {
        return base + votes.size();
    }

    Optional<Vote> get(long instance) {
        return Optional.ofNullable(at(instance));
    }

    private @Nullable Vote at(long instance) {
        return instance > base && instance <= last() ? votes.get(index(instance)) : null;
    }

    void put(Vote vote) {
        if (vote.instance() <= base) {
            return;
        }
        while (last() < vote.instance()) {
            votes.add(null);
        }
        votes.set(index(vote.instance()), vote);
    }

    void put(Votes more) {
        for (long i = more.decrees().first(); i <= more.decrees().last(); i++) {
            put(new Vote(i, more.ballot(), more.decrees().get(i)));
        }
    }

    private int index(long instance) {
        return Math.toIntExact(instance - base - 1);
    }

    /** All votes from this instance on, in order. */
    List<Vote> from(long instance) {
        List<Vote> found = new ArrayList<>();
        for (long i = Math.max(instance, base + 1); i <= last(); i++) {
            get(i).ifPresent(found::add);
        }
        return found;
    }

    /** The decrees of consecutive instances from {@code first} on, through {@code last} or where one is missing. */
    Decrees decrees(long first, long last, long bytesMax) {
        List<Decree> found = new ArrayList<>();
        long bytes = 0;
        for (long i = first; i <= last; i++) {
            Vote vote = at(i);
            if (vote == null) {
                break;
            }
            bytes += vote.decree().sizeBytes();
            if (bytes > bytesMax && !found.isEmpty()) {
                break;
            }
            found.add(vote.decree());
        }
        return new Decrees(first, found);
    }

    void forgetThrough(long instance) {
        if (instance > base) {
            votes.subList(0, (int) Math.min(votes.size(), instance - base)).clear();
            base = instance;
        }
    }
}
