package io.troupe.pbft;

/** Sees a replica after each step; for those who hold it to its promises. */
interface Inspector {

    Inspector NOBODY = core -> {};

    void afterStep(Core core);
}
