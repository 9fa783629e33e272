package io.troupe.etcd.members;

import io.etcd.jetcd.api.Member;

/** What a node's threads may know of the members without asking: as of the last command applied here. */
public final class RosterView {

    private volatile Roster roster = Roster.EMPTY;

    /** Called by the state machine's thread. */
    public void onChanged(Roster now) {
        roster = now;
    }

    public Roster roster() {
        return roster;
    }

    /** The number etcd's protocol calls a node by. */
    public long idOf(String node) {
        return roster.ofNode(node).map(Member::getID).orElseGet(() -> MemberIds.member(node));
    }
}
