package io.troupe.pbft;

/** Sees a slot of a replica after each step that has changed what it says; for those who hold the replica to that. */
interface SlotInspector {

    void afterChange(Core core, Slot slot);
}
