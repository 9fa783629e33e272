package io.troupe.generals.byzantine;

import org.apache.pekko.util.ByteString;

/** Writes one general's signature, which nobody else can (A4a). */
@FunctionalInterface
public interface Signer {
    ByteString sign(ByteString content);
}
