package io.troupe.paxos;

import java.util.Map;
import java.util.TreeMap;

/** Paxos Made Live, §5.2: while a master holds its lease nobody else does, and no other ballot has completed phase 1. */
final class OneMaster implements Witness {

    private final Map<String, Leader> leaders = new TreeMap<>();

    @Override
    public void afterStep(PaxosServer server, Role role) {
        if (role instanceof Leader leader) {
            leaders.put(server.node, leader);
        } else {
            leaders.remove(server.node);
        }
        if (!(role instanceof Leader now) || !now.isInCharge()) {
            return; // What it proposes before that was decided already, or is proposed for another.
        }
        leaders.forEach((node, leader) -> {
            if (leader != now
                    && leader.holdsLease()
                    && now.phase1().ballot().isAfter(leader.phase1().ballot())) {
                throw new AssertionError(server.node + " leads in ballot "
                        + now.phase1().ballot() + " while " + node + " holds the lease of "
                        + leader.phase1().ballot());
            }
        });
    }
}
