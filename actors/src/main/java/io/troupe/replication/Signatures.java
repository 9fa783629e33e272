package io.troupe.replication;

import org.apache.pekko.util.ByteString;

/** How a node makes others believe that it said something, also those who did not hear it themselves. */
public interface Signatures {

    ByteString sign(ByteString content);

    /** False also when the signer is not known. */
    boolean isSigned(String signer, ByteString content, ByteString signature);

    /** For replicas that fail by stopping: nobody speaks in another's name, so nothing needs to be proved. */
    static Signatures taken() {
        return new Signatures() {
            @Override
            public ByteString sign(ByteString content) {
                return ByteString.emptyByteString();
            }

            @Override
            public boolean isSigned(String signer, ByteString content, ByteString signature) {
                return true;
            }
        };
    }
}
