package io.troupe.persistence.journal;

import java.nio.charset.StandardCharsets;
import org.apache.pekko.actor.ActorRef;
import org.apache.pekko.actor.ExtendedActorSystem;
import org.apache.pekko.serialization.Serialization;
import org.apache.pekko.serialization.SerializerWithStringManifest;

/** An event that can be serialized only where the transport information is set. */
public record Reference(ActorRef to) {

    public static final class Serializer extends SerializerWithStringManifest {
        private final ExtendedActorSystem system;

        public Serializer(ExtendedActorSystem system) {
            this.system = system;
        }

        @Override
        public int identifier() {
            return 666;
        }

        @Override
        public String manifest(Object object) {
            return "A";
        }

        @Override
        public byte[] toBinary(Object object) {
            transportInformationIsSet();
            return Serialization.serializedActorPath(((Reference) object).to()).getBytes(StandardCharsets.UTF_8);
        }

        @Override
        public Object fromBinary(byte[] bytes, String manifest) {
            transportInformationIsSet();
            return new Reference(system.provider().resolveActorRef(new String(bytes, StandardCharsets.UTF_8)));
        }

        private void transportInformationIsSet() {
            Serialization.Information information = Serialization.getCurrentTransportInformation();
            if (information == null || information.system() != system) {
                throw new IllegalStateException("transport information is " + information);
            }
        }
    }
}
