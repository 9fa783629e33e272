package io.troupe.cluster.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.troupe.wire.KryoSerializer;
import io.troupe.wire.Wire;
import java.time.Duration;
import org.apache.pekko.actor.ExtendedActorSystem;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.LoggingTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorRefResolver;
import org.apache.pekko.serialization.SerializerWithStringManifest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A class that no {@code WireTypes} registers, between two actor systems over Artery TCP as nodes have it. */
class UnregisteredClassTest {

    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    record Stranger(int number) implements Wire {}

    /** A peer that writes under the serializer's id what this node never heard of. */
    static final class Forger extends SerializerWithStringManifest {

        private final int identifier;

        Forger(ExtendedActorSystem system) {
            this.identifier = new KryoSerializer(system).identifier();
        }

        @Override
        public int identifier() {
            return identifier;
        }

        @Override
        public String manifest(Object message) {
            return "999999";
        }

        @Override
        public byte[] toBinary(Object message) {
            return new byte[] {1, 2, 3, 4};
        }

        @Override
        public Object fromBinary(byte[] bytes, String manifest) {
            throw new UnsupportedOperationException("it only sends");
        }
    }

    private final ActorTestKit receiver = ActorTestKit.create("receiver", config(""));
    private final TestProbe<Object> inbox = receiver.createTestProbe();
    private ActorTestKit sender;

    @AfterEach
    void stop() {
        if (sender != null) {
            sender.shutdownTestKit();
        }
        receiver.shutdownTestKit();
    }

    private static Config config(String own) {
        return ConfigFactory.parseString(own)
                .withFallback(
                        ConfigFactory.parseString(
                                """
                        pekko.actor.provider = remote
                        pekko.remote.artery.canonical { hostname = "127.0.0.1", port = 0 }
                        pekko.remote.warn-about-direct-use = off
                        """))
                .withFallback(ConfigFactory.parseResourcesAnySyntax("troupe-node"))
                .withFallback(ConfigFactory.load())
                .resolve();
    }

    private ActorRef<Object> inboxSeenFrom(ActorTestKit other) {
        String address = ActorRefResolver.get(receiver.system()).toSerializationFormat(inbox.ref());
        return ActorRefResolver.get(other.system()).resolveActorRef(address);
    }

    @Test
    void itIsAnErrorAtTheSenderAndTheNextMessageArrives() {
        sender = ActorTestKit.create("sender", config(""));
        ActorRef<Object> remote = inboxSeenFrom(sender);

        LoggingTestKit.error("Failed to serialize")
                .withCustom(event -> event.getThrowable().toString().contains("registry.message(ID, Stranger.class)"))
                .expect(sender.system(), () -> {
                    remote.tell(new Stranger(1));
                    return null;
                });
        remote.tell("the connection stands");

        assertThat(inbox.receiveMessage(TIMEOUT)).isEqualTo("the connection stands");
    }

    @Test
    void itsBytesAreRefusedAtTheReceiverAndTheNextMessageArrives() {
        sender = ActorTestKit.create(
                "forger", config("pekko.actor.serializers.troupe-kryo = \"" + Forger.class.getName() + '"'));
        ActorRef<Object> remote = inboxSeenFrom(sender);

        LoggingTestKit.error("Failed to deserialize message")
                .withCustom(event ->
                        event.getThrowable().toString().contains("'999999' names no type registered on this node"))
                .expect(receiver.system(), () -> {
                    remote.tell(new Stranger(1));
                    return null;
                });
        remote.tell("the connection stands");

        assertThat(inbox.receiveMessage(TIMEOUT)).isEqualTo("the connection stands");
    }
}
