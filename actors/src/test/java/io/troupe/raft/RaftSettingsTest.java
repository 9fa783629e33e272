package io.troupe.raft;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RaftSettingsTest {

    @ParameterizedTest
    @CsvSource({
        "heartbeat-interval, soon, a duration",
        "election-timeout, 1 fortnight, a duration",
        "max-message-bytes, much, a size",
        "ticks-per-heartbeat, two, a whole number",
        "snapshot-entries, [], a whole number",
        "journal, {}, a text",
        "election-timeout, 10ms, at least three times heartbeat-interval (100ms)",
        "commit-interval, 0ms, at least 1ms and at most heartbeat-interval (100ms)",
        "max-in-flight-messages, 0, at least 1"
    })
    void aWrongValueIsToldWithItsPathAndWhatWouldBeRight(String key, String value, String wanted) {
        String path = "troupe.raft." + key;
        var config = ConfigFactory.parseString(path + " = " + value).withFallback(ConfigFactory.load());
        assertThatThrownBy(() -> RaftSettings.from(config))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining(path)
                .hasMessageContaining(wanted);
    }
}
