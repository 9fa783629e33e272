package io.troupe.sim;

/** The links between nodes as a {@link Fault} sees them. */
public interface FaultyNetwork {

    /** Lets nothing pass from one node to another, that direction alone. */
    void cut(String from, String to);

    /** Undoes {@link #cut}. */
    void mend(String from, String to);

    /** How every link behaves that has no conditions of its own. */
    void network(NetworkConditions conditions);

    /** How the link from one node to another behaves, that direction alone. */
    void network(String from, String to, NetworkConditions conditions);

    /** Takes back the conditions of a single link. */
    void networkAsElsewhere(String from, String to);
}
