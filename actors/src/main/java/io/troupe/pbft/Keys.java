package io.troupe.pbft;

import io.troupe.replication.Signatures;
import java.util.Optional;
import org.apache.pekko.util.ByteString;

/**
 * What a node proves its words with (§2: faulty nodes cannot break cryptography). Each pair of nodes shares a secret for
 * message authentication codes, which convince that one reader, and makes others from what they announce; a signature convinces everybody.
 */
public interface Keys extends Signatures {

    /** The code that only this node and {@code peer} can compute; this node is its own peer, too. */
    ByteString mac(String peer, ByteString content);

    /** Computes codes that one pair of nodes alone can compute. */
    interface Code {
        ByteString of(ByteString content);
    }

    /** A key under which others are to seal what they say to this node ({@link SessionKeys}). Its secret is here alone. */
    interface Fresh {

        /** What the others must know of it, and everybody may. */
        ByteString announced();

        /** The code of what {@code peer} says to this node. */
        Code from(String peer);
    }

    /** A new one at each call, which nobody can guess. */
    Fresh fresh();

    /** The code of what this node says to {@code peer}, which has announced its key; empty when that is none. */
    Optional<Code> codeFor(String peer, ByteString announced);

    /** Whether there is a key for this node. */
    boolean knows(String node);
}
