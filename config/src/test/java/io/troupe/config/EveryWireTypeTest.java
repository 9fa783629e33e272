package io.troupe.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.troupe.wire.KryoSerializer;
import io.troupe.wire.Registrations;
import io.troupe.wire.Wire;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.serialization.Serialization;
import org.apache.pekko.serialization.SerializationExtension;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Every message and event type of every module: registered, and the same after a round trip over the wire. */
class EveryWireTypeTest {

    private static final ActorTestKit KIT = ActorTestKit.create();
    private static final Serialization SERIALIZATION = SerializationExtension.get(Adapter.toClassic(KIT.system()));
    private static final Samples SAMPLES = new Samples(KIT.createTestProbe().ref());

    @AfterAll
    static void stop() {
        KIT.shutdownTestKit();
    }

    /** What implements {@link Wire} in any module, but for interfaces. */
    private static final List<Class<?>> WIRE_TYPES = wireTypes();

    private static List<Class<?>> wireTypes() {
        return new ClassFileImporter()
                .withImportOption(new ImportOption.DoNotIncludeTests()).importPackages("io.troupe").stream()
                        .filter(type -> type.isAssignableTo(Wire.class))
                        .filter(type ->
                                !type.isInterface() && !type.getModifiers().contains(JavaModifier.ABSTRACT))
                        .sorted(Comparator.comparing(JavaClass::getName))
                        .<Class<?>>map(JavaClass::reflect)
                        .toList();
    }

    @Test
    void theScanSeesEveryModuleThatSendsOrPersists() {
        assertThat(WIRE_TYPES)
                .extracting(Class::getPackageName)
                .contains(
                        "io.troupe.replication",
                        "io.troupe.raft",
                        "io.troupe.generals.byzantine",
                        "io.troupe.cluster.node");
    }

    @TestFactory
    Stream<DynamicTest> everyWireTypeIsRegisteredAndRoundTrips() {
        Registrations registrations = Registrations.load(getClass().getClassLoader());
        return WIRE_TYPES.stream()
                .map(type -> dynamicTest(type.getName(), () -> {
                    assertThat(registrations.byClass(type))
                            .as("%s is Wire and not registered by its module's WireTypes", type.getName())
                            .isNotNull();
                    roundTrip(SAMPLES.of(type));
                }));
    }

    /** Compared by their bytes: arrays in records are equal only to themselves. */
    private static void roundTrip(Object sent) throws Exception {
        KryoSerializer kryo = (KryoSerializer) SERIALIZATION.findSerializerFor(sent);
        byte[] bytes = kryo.toBinary(sent);
        Object received = kryo.fromBinary(bytes, kryo.manifest(sent));
        assertThat(received).hasSameClassAs(sent);
        assertThat(kryo.toBinary(received)).isEqualTo(bytes);
    }
}
