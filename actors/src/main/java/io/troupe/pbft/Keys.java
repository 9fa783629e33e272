package io.troupe.pbft;

import io.troupe.replication.Signatures;
import org.apache.pekko.util.ByteString;

/**
 * What a node proves its words with (§2: faulty nodes cannot break cryptography). Each pair of nodes shares a secret for
 * message authentication codes, which convince that one reader; a signature convinces everybody.
 */
public interface Keys extends Signatures {

    /** The code that only this node and {@code peer} can compute; this node is its own peer, too. */
    ByteString mac(String peer, ByteString content);

    /** Whether there is a key for this node. */
    boolean knows(String node);
}
