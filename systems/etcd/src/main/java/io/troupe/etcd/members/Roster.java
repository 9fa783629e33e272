package io.troupe.etcd.members;

import io.etcd.jetcd.api.Member;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The members as etcd keeps them: each a number, a name, where its peers and its clients reach it, and whether it only
 * learns. A member's name is its node's stable id, and empty until the node has been heard; it has started when it has said
 * where clients reach it. Immutable; changed by {@link RosterChanges}.
 */
public final class Roster {

    public static final Roster EMPTY = new Roster(0, sorted(), sorted());

    private final long clusterId;
    private final SortedMap<Long, Member> members;
    private final SortedMap<Long, String> removed;

    private Roster(long clusterId, SortedMap<Long, Member> members, SortedMap<Long, String> removed) {
        this.clusterId = clusterId;
        this.members = Collections.unmodifiableSortedMap(members);
        this.removed = Collections.unmodifiableSortedMap(removed);
    }

    private static <V> TreeMap<Long, V> sorted() {
        return new TreeMap<>(Long::compareUnsigned);
    }

    /** As a snapshot has it. */
    public static Roster restored(long clusterId, List<Member> members, SortedMap<Long, String> removed) {
        var byId = Roster.<Member>sorted();
        members.forEach(member -> byId.put(member.getID(), member));
        var gone = Roster.<String>sorted();
        gone.putAll(removed);
        return new Roster(clusterId, byId, gone);
    }

    /** 0 before the first member is known. */
    public long clusterId() {
        return clusterId;
    }

    /** By number, unsigned. */
    public List<Member> members() {
        return List.copyOf(members.values());
    }

    /** Numbers that were members and are never again, with the nodes that had them. */
    public SortedMap<Long, String> removed() {
        return removed;
    }

    public Optional<Member> member(long id) {
        return Optional.ofNullable(members.get(id));
    }

    public Optional<Member> ofNode(String node) {
        for (Member member : members.values()) { // Asked for each call that a client makes.
            if (member.getName().equals(node)) {
                return Optional.of(member);
            }
        }
        return Optional.empty();
    }

    /** The node was a member once, and is none now. */
    public boolean isRemoved(String node) {
        return removed.containsValue(node) && ofNode(node).isEmpty();
    }

    /** Whether it is recorded that the node's clients reach it there. */
    public boolean isStarted(String node, List<String> clientUrls) {
        return ofNode(node)
                .map(Member::getClientURLsList)
                .filter(clientUrls::equals)
                .isPresent();
    }

    static boolean isStarted(Member member) {
        return member.getClientURLsCount() > 0;
    }

    Roster inCluster(long id) {
        return new Roster(id, members, removed);
    }

    Roster with(Member member) {
        var changed = Roster.<Member>sorted();
        changed.putAll(members);
        changed.put(member.getID(), member);
        return new Roster(clusterId, changed, removed);
    }

    Roster without(Member member) {
        var left = Roster.<Member>sorted();
        left.putAll(members);
        left.remove(member.getID());
        var gone = Roster.<String>sorted();
        gone.putAll(removed);
        gone.put(member.getID(), member.getName());
        return new Roster(clusterId, left, gone);
    }
}
