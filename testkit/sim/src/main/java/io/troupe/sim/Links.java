package io.troupe.sim;

/**
 * All links between the nodes of a run, as a stage implements them.
 *
 * <p>Machinery of the two stages, public for {@code io.troupe.sim.cluster} alone.
 */
public interface Links {

    /** Of every link that has no conditions of its own. */
    void conditions(NetworkConditions everywhere);

    void conditions(String from, String to, NetworkConditions there);

    void conditionsAsElsewhere(String from, String to);

    void cut(String from, String to);

    void mend(String from, String to);

    /** Mends all, and takes back the conditions of single links. */
    void heal();

    /** How many messages were sent, lost ones included. */
    long sent();

    long lost();
}
