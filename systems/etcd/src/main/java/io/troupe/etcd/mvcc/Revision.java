package io.troupe.etcd.mvcc;

/**
 * When a change happened.
 *
 * @param main the store's logical clock: one step a transaction that changes something; the empty store is at 1
 * @param sub position of the change within its transaction, from 0
 */
public record Revision(long main, int sub) implements Comparable<Revision> {
    @Override
    public int compareTo(Revision other) {
        int byMain = Long.compare(main, other.main);
        return byMain != 0 ? byMain : Integer.compare(sub, other.sub);
    }
}
