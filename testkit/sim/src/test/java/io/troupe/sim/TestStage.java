package io.troupe.sim;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;

final class TestStage {

    static final String CONFIG =
            """
            pekko.actor {
              allow-java-serialization = on
              warn-about-java-serializer-usage = off
              serialization-bindings { "io.troupe.sim.Sent" = java }
            }
            """;

    private TestStage() {}

    static Config config() {
        return ConfigFactory.parseString(CONFIG);
    }

    static Stage open() {
        return Stage.open(config());
    }
}
