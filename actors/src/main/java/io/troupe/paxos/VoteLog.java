package io.troupe.paxos;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** An acceptor's votes by instance, those above a base; there may be gaps. They are kept as they came, a batch in one piece. */
final class VoteLog {

    private long base;
    /** By their first instances; each has votes, and none in an instance of another. */
    private final TreeMap<Long, Votes> pieces = new TreeMap<>();

    VoteLog(long base) {
        this.base = base;
    }

    /** Everything up to here is forgotten. */
    long base() {
        return base;
    }

    /** The highest instance with a vote, or the base. */
    long last() {
        return pieces.isEmpty() ? base : pieces.lastEntry().getValue().last();
    }

    Optional<Vote> get(long instance) {
        return Optional.ofNullable(pieceWith(instance)).map(piece -> piece.at(instance));
    }

    private @Nullable Votes pieceWith(long instance) {
        Map.Entry<Long, Votes> piece = pieces.floorEntry(instance);
        return piece != null && instance <= piece.getValue().last() ? piece.getValue() : null;
    }

    /** They take the place of those in the same instances. */
    void put(Votes more) {
        Votes votes = more.above(base);
        if (!votes.isEmpty()) {
            if (votes.first() <= last()) {
                clear(votes.first(), votes.last());
            }
            pieces.put(votes.first(), new Votes(votes.ballot(), votes.decrees().withoutBytes()));
        }
    }

    private void clear(long first, long last) {
        partAt(first);
        partAt(last + 1);
        pieces.subMap(first, true, last, true).clear();
    }

    /** No piece reaches beyond here from below. */
    private void partAt(long instance) {
        Votes piece = pieceWith(instance);
        if (piece != null && piece.first() < instance) {
            pieces.put(piece.first(), piece.through(instance - 1));
            pieces.put(instance, piece.above(instance - 1));
        }
    }

    /** All votes from this instance on, in order. */
    List<Vote> from(long instance) {
        List<Vote> found = new ArrayList<>();
        Votes begun = pieceWith(instance);
        for (Votes piece :
                pieces.tailMap(begun == null ? instance : begun.first(), true).values()) {
            for (long i = Math.max(instance, piece.first()); i <= piece.last(); i++) {
                found.add(piece.at(i));
            }
        }
        return found;
    }

    /** How far there are votes in {@code ballot} in each instance beyond {@code instance}, at most through {@code last}. */
    long votedThrough(long instance, long last, Ballot ballot) {
        long through = instance;
        while (through < last) {
            Votes piece = pieceWith(through + 1);
            if (piece == null || !piece.ballot().equals(ballot)) {
                break;
            }
            through = Math.min(last, piece.last());
        }
        return through;
    }

    /** The decrees of consecutive instances from {@code first} on, through {@code last} or where one is missing. */
    Decrees decrees(long first, long last, long bytesMax) {
        Votes piece = pieceWith(first);
        if (piece != null
                && piece.first() == first
                && piece.last() == last
                && piece.decrees().sizeBytes() <= bytesMax) {
            return piece.decrees();
        }
        List<Decree> found = new ArrayList<>();
        long bytes = 0;
        for (long i = first; i <= last; i++) {
            piece = piece != null && i <= piece.last() ? piece : pieceWith(i);
            if (piece == null) {
                break;
            }
            Decree decree = piece.decrees().get(i);
            bytes += decree.sizeBytes();
            if (bytes > bytesMax && !found.isEmpty()) {
                break;
            }
            found.add(decree);
        }
        return Decrees.of(first, found);
    }

    void forgetThrough(long instance) {
        if (instance > base) {
            partAt(instance + 1);
            pieces.headMap(instance, true).clear();
            base = instance;
        }
    }
}
