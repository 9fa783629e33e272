package io.troupe.generals;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.generals.benor.BenOr;
import io.troupe.generals.byzantine.General;
import io.troupe.generals.byzantine.OralMessage;
import io.troupe.generals.byzantine.SignedMessage;
import io.troupe.generals.dls.PartialSynchrony;
import io.troupe.generals.two.AlliedGeneral;
import io.troupe.wire.RegisteredMessages;
import io.troupe.wire.Wire;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.serialization.Serialization;
import org.apache.pekko.serialization.SerializationExtension;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What generals say to each other comes back equal, and nodes of different builds understand each other's bytes. */
class GeneralsWireTest {

    private static final ActorTestKit KIT = ActorTestKit.create();
    private static final Serialization SERIALIZATION = SerializationExtension.get(Adapter.toClassic(KIT.system()));

    private static final OralMessage ORAL = new OralMessage(List.of("g0", "g2"), Order.RETREAT);
    private static final SignedMessage SIGNED =
            new SignedMessage(Order.ATTACK, List.of(new SignedMessage.Seal("g0", ByteString.fromString("signature"))));

    @AfterAll
    static void stop() {
        KIT.shutdownTestKit();
    }

    /** Each message, and its bytes. */
    private static Map<Wire, String> golden() {
        Map<Wire, String> bytes = new LinkedHashMap<>();
        bytes.put(new General.Begin(), "");
        bytes.put(new General.Letter("g2", ORAL), "67b28d0e0210020367b00367b2");
        bytes.put(new General.Letter("g0", SIGNED), "67b08e0e0110018f0e67b00d097369676e6174757265");
        bytes.put(ORAL, "0210020367b00367b2");
        bytes.put(SIGNED, "0110018f0e67b00d097369676e6174757265");
        bytes.put(new AlliedGeneral.Messenger(2), "04");
        bytes.put(new BenOr.Report(1, 300, 1), "02d80402");
        bytes.put(new BenOr.Proposal(2, 300, BenOr.NO_VALUE), "04d80401");
        bytes.put(new BenOr.Decided(2, 0), "0400");
        bytes.put(new PartialSynchrony.Acceptable(1, 7, List.of(0, 1), List.of(0, 1)), "020e100202000202100202000202");
        bytes.put(new PartialSynchrony.Lock(7, 1, List.of(0, 1)), "0e10020200020202");
        bytes.put(new PartialSynchrony.Acknowledged(2, 7, List.of(1)), "040e10010202");
        bytes.put(
                new PartialSynchrony.Locked(7, new TreeMap<>(Map.of(1, 7)), List.of(0, 1)),
                "1a010202020e0e100202000202");
        return bytes;
    }

    static List<Wire> everyMessage() {
        return List.copyOf(golden().keySet());
    }

    @ParameterizedTest
    @MethodSource("everyMessage")
    void comesBackEqual(Wire message) {
        KIT.serializationTestKit().verifySerialization(message, true);
    }

    @Test
    void theBytesStayThose() {
        Map<Wire, String> now = new LinkedHashMap<>();
        golden().forEach((message, bytes) -> now.put(
                message,
                HexFormat.of().formatHex(SERIALIZATION.serialize(message).get())));
        assertThat(now).isEqualTo(golden());
    }

    @Test
    void everyRegisteredMessageIsTriedHere() {
        assertThat(everyMessage().stream().<Class<?>>map(Object::getClass).toList())
                .containsAll(RegisteredMessages.of("actors/generals"));
    }
}
