package io.troupe.sim.cluster;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Set;
import org.junit.jupiter.api.Test;

class RedirectionTest {

    @Test
    void aClassThatWasLoadedWithoutWhatItIsWrittenAgainstIsLeftAlone() throws ClassNotFoundException {
        var onAeron = Class.forName(
                "org.apache.pekko.remote.artery.aeron.ArteryAeronUdpTransport",
                false,
                getClass().getClassLoader());
        assertThatThrownBy(onAeron::getDeclaredMethods)
                .as("there is no Aeron here")
                .isInstanceOf(NoClassDefFoundError.class);
        assertThatCode(() -> Redirection.of(Set.of("org.apache.pekko.remote.artery.aeron.")))
                .doesNotThrowAnyException();
    }
}
