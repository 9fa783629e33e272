package io.troupe.persistence.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Locale;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a snapshot's file is called, on machines of every language. */
class SnapshotNameTest {

    private final Locale before = Locale.getDefault();

    @AfterEach
    void asBefore() {
        Locale.setDefault(before);
    }

    @ParameterizedTest
    @ValueSource(strings = {"en-US", "fa-IR", "ar-EG", "mr-IN", "th-TH-u-nu-thai"})
    void aFileIsFoundAgainByItsName(String language) {
        Locale.setDefault(Locale.forLanguageTag(language));
        SnapshotName name = new SnapshotName(17, 1_234_567_890_123L);
        assertThat(name.fileName()).isEqualTo("0000000000000000017-0000001234567890123.snapshot");
        assertThat(SnapshotName.ofFile(name.fileName())).contains(name);
    }
}
