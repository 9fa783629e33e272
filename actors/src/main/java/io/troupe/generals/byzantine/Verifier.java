package io.troupe.generals.byzantine;

import org.apache.pekko.util.ByteString;

/** "Anyone can verify the authenticity of a general's signature" (A4b). */
@FunctionalInterface
public interface Verifier {

    /** False, too, for a general whom nobody knows. */
    boolean isSigned(String general, ByteString content, ByteString signature);
}
