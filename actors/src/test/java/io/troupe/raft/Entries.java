package io.troupe.raft;

/** When entries of two servers, of which one may be a witness, are the same. */
final class Entries {

    private Entries() {}

    static boolean areSame(Entry one, Entry other) {
        boolean elided = one.payload() instanceof Entry.Elided || other.payload() instanceof Entry.Elided;
        return elided ? one.elided().equals(other.elided()) : one.equals(other);
    }
}
