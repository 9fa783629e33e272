package io.troupe.paxos;

/** Sees a replica after each message it handled: how the papers' properties are checked from outside. */
@FunctionalInterface
interface Witness {

    Witness NOBODY = (server, role) -> {};

    void afterStep(PaxosServer server, Role role);
}
