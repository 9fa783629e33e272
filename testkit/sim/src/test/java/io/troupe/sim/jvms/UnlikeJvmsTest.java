package io.troupe.sim.jvms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.format.FormatStyle;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.Timer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.Test;

/** Planted here is every slip that the guard is for, and it notices each; the machine without one passes. */
class UnlikeJvmsTest {

    private static final List<ByteString> LOG = IntStream.range(0, 30)
            .mapToObj(i -> ByteString.fromString("title-" + i))
            .toList();

    /** What a state machine keeps of a command. */
    enum Machine {
        SOUND {
            @Override
            String apply(String command) {
                return command;
            }
        },
        /** {@code String.format} takes the digits of the default locale. */
        FORMATS_NUMBERS {
            @Override
            String apply(String command) {
                return String.format("%s %d", command, command.length());
            }
        },
        /** Dotless in Turkey: an i's capital. */
        SHOUTS {
            @Override
            String apply(String command) {
                return command.toUpperCase();
            }
        },
        WRITES_IN_THE_DEFAULT_CHARSET {
            @Override
            String apply(String command) {
                return new String("\u011e\u0e01".getBytes(), StandardCharsets.ISO_8859_1) + command;
            }
        },
        WRITES_LOCAL_TIMES {
            @Override
            String apply(String command) {
                return LocalDateTime.ofInstant(Instant.EPOCH, ZoneId.systemDefault()) + command;
            }
        },
        WRITES_DATES_AS_ONE_DOES_HERE {
            @Override
            String apply(String command) {
                return DateTimeFormatter.ofLocalizedDate(FormatStyle.FULL).format(LocalDateTime.of(2020, 1, 2, 3, 4))
                        + command;
            }
        },
        /** The hash of an object that does not say otherwise is its identity's. */
        GOES_THROUGH_A_HASH_SET_OF_OBJECTS {
            private record Titled(Object identity, int number) {
                @Override
                public int hashCode() {
                    return identity.hashCode();
                }

                @Override
                public boolean equals(Object other) {
                    return this == other;
                }
            }

            @Override
            String apply(String command) {
                Collection<Titled> all = IntStream.range(0, 20)
                        .mapToObj(i -> new Titled(new Object(), i))
                        .collect(Collectors.toCollection(HashSet::new));
                return all.stream().map(titled -> titled.number() + " ").collect(Collectors.joining());
            }
        },
        GOES_THROUGH_AN_IMMUTABLE_SET {
            @Override
            String apply(String command) {
                return String.join(" ", Set.of("a", "b", "c", "d", "e", "f", "g", "h", "i", "j", command));
            }
        },
        FORGETS_WHEN_MEMORY_IS_SHORT {
            @Override
            String apply(String command) {
                return Runtime.getRuntime().maxMemory() < (100 << 20) ? "" : command;
            }
        },
        SPLITS_AMONG_PROCESSORS {
            @Override
            String apply(String command) {
                return command.hashCode() % Runtime.getRuntime().availableProcessors() + "";
            }
        },
        READS_THE_CLOCK {
            @Override
            String apply(String command) {
                return System.nanoTime() + command;
            }
        };

        abstract String apply(String command);

        private ReplayedLog.Machine create() {
            List<String> state = new ArrayList<>();
            return new ReplayedLog.Machine(
                    (index, command) -> {
                        state.add(apply(command.utf8String()));
                        return ByteString.fromString(Integer.toString(state.size()));
                    },
                    out -> out.write(String.join("\n", state).getBytes(StandardCharsets.UTF_8)),
                    in -> state.addAll(new String(in.readAllBytes(), StandardCharsets.UTF_8)
                            .lines()
                            .toList()));
        }
    }

    public static void main(String[] arguments) throws IOException {
        if (arguments.length > 0) {
            new Timer("goes on");
            throw new IllegalArgumentException(arguments[0]);
        }
        for (Machine machine : Machine.values()) {
            System.out.println(machine + " " + new ReplayedLog(LOG).fingerprints(machine::create));
        }
    }

    @Test
    void everyPlantedSlipTellsTheJvmsApartAndTheSoundMachineDoesNot() throws InterruptedException {
        SortedMap<String, List<String>> printed = UnlikeJvms.run(UnlikeJvmsTest.class);
        assertThat(printed).hasSizeGreaterThan(2);
        for (Machine machine : Machine.values()) {
            Set<String> different = printed.values().stream()
                    .map(lines -> lines.get(machine.ordinal()))
                    .collect(Collectors.toSet());
            if (machine == Machine.SOUND) {
                assertThat(different).hasSize(1);
            } else {
                assertThat(different).as("%s", machine).hasSizeGreaterThan(1);
            }
        }
    }

    @Test
    void aJvmThatFailsIsToldThoughAThreadOfItGoesOn() {
        assertThatThrownBy(() -> UnlikeJvms.run(UnlikeJvmsTest.class, "the reason"))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("ended with 1")
                .hasMessageContaining("the reason");
    }
}
