package io.troupe.paxos;

/** Paxos Made Simple, §3: a leader proposes in instance i + α only when i is decided. */
final class WindowIsKept implements Witness {

    @Override
    public void afterStep(PaxosServer server, Role role) {
        if (role instanceof Leader leader) {
            long limit = server.chosenThrough()
                    + server.memberships().at(server.chosenThrough() + 1).window();
            if (leader.proposedThrough() > limit) {
                throw new AssertionError("leader " + server.node + " has proposed in instance "
                        + leader.proposedThrough() + ", beyond " + limit);
            }
        }
    }
}
