package io.troupe.persistence.journal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Locale;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class EventCodecTest {

    @Test
    void anIdIsStoredInBinaryWhenItIsAUuidAsItIsWritten() {
        Random random = new Random(1);
        for (int i = 0; i < 1000; i++) {
            UUID id = new UUID(random.nextLong(), random.nextLong());
            assertThat(EventCodec.uuid(id.toString())).isEqualTo(id);
        }
    }

    @Test
    void anyOtherIdIsStoredAsText() {
        String id = "0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9";
        assertThat(EventCodec.uuid(id)).isNotNull();
        assertThat(EventCodec.uuid(id.toUpperCase(Locale.ROOT))).isNull();
        assertThat(EventCodec.uuid(id.replace('-', '0'))).isNull();
        assertThat(EventCodec.uuid(id.replace('f', 'g'))).isNull();
        assertThat(EventCodec.uuid(id.substring(1))).isNull();
        assertThat(EventCodec.uuid("")).isNull();
    }
}
