package io.troupe.chain;

/** Sees a server after each message it handled: how the paper's invariants are checked from outside. */
@FunctionalInterface
interface Witness {

    Witness NOBODY = server -> {};

    void afterStep(ChainServer server);
}
