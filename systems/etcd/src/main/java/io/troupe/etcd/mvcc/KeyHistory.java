package io.troupe.etcd.mvcc;

import com.google.protobuf.ByteString;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Every kept change of one key, oldest first. Immutable to its holder: {@link #append} may write behind the
 * end of the shared array, where no older holder looks, so histories must be appended to in one line only.
 */
final class KeyHistory {

    private final Entry[] entries;
    private final int size;

    private KeyHistory(Entry[] entries, int size) {
        this.entries = entries;
        this.size = size;
    }

    static KeyHistory of(Entry first) {
        return new KeyHistory(new Entry[] {first}, 1);
    }

    KeyHistory append(Entry next) {
        if (!latest().isBefore(next)) {
            throw new IllegalStateException(
                    "change at " + next.revision() + " does not follow " + latest().revision() + " of the same key");
        }
        Entry[] target = size < entries.length ? entries : Arrays.copyOf(entries, size + Math.max(1, size / 2));
        target[size] = next;
        return new KeyHistory(target, size + 1);
    }

    ByteString key() {
        return entries[0].key();
    }

    int size() {
        return size;
    }

    Entry get(int position) {
        return entries[position];
    }

    Entry latest() {
        return entries[size - 1];
    }

    /** The key's value as of the end of {@code revision}, or null when it did not exist then. */
    @Nullable Entry at(long revision) {
        int position = firstFrom(revision + 1) - 1;
        return position < 0 || entries[position].isTombstone() ? null : entries[position];
    }

    /**
     * What {@code change} replaced: the value before its whole revision, or null when the key was created. As in etcd, a
     * deletion of what the same transaction had put shows the value before the transaction.
     */
    @Nullable Entry before(Entry change) {
        boolean created = !change.isTombstone() && change.createRevision() == change.modRevision();
        return created ? null : at(change.modRevision() - 1);
    }

    /**
     * What must be kept when everything before {@code revision} is forgotten: the changes from {@code revision} on, and
     * the value that was in force when it began. Null when nothing is.
     */
    @Nullable KeyHistory compact(long revision) {
        int from = firstFrom(revision);
        boolean supersededThen = from < size && entries[from].modRevision() == revision;
        if (from > 0 && !supersededThen && !entries[from - 1].isTombstone()) {
            from--;
        }
        if (from == 0) {
            return this;
        }
        return from == size ? null : new KeyHistory(Arrays.copyOfRange(entries, from, size), size - from);
    }

    /** The same change from another place. Older holders keep what they have. */
    KeyHistory moved(Entry change, Entry copy) {
        int position = firstFrom(change.modRevision());
        while (position < size && !entries[position].isSameAs(change)) {
            position++;
        }
        if (position == size) {
            throw new IllegalArgumentException("no change at " + change.revision() + " to be moved");
        }
        Entry[] changed = Arrays.copyOf(entries, size);
        changed[position] = copy;
        return new KeyHistory(changed, size);
    }

    boolean holds(Entry change) {
        for (int i = firstFrom(change.modRevision()); i < size && !change.isBefore(entries[i]); i++) {
            if (entries[i].isSameAs(change)) {
                return true;
            }
        }
        return false;
    }

    /** Position of the first change at or after the main revision, or {@link #size}. */
    private int firstFrom(long revision) {
        int low = 0;
        int high = size;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (entries[middle].modRevision() < revision) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }
}
