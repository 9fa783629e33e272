package io.troupe.etcd.watch;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.etcd.jetcd.api.WatchCreateRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class SyncedWatchersTest {

    private static final ActorTestKit TEST_KIT = ActorTestKit.create();
    private static final byte[] ALPHABET = {0, 'a', 'b', (byte) 0xfe, (byte) 0xff};

    private final TestProbe<WatchSession.Command> session = TEST_KIT.createTestProbe();
    private final WatchStream stream = new WatchStream(1, session.ref(), 1, 1);
    private final SplittableRandom random = new SplittableRandom(1);

    @AfterAll
    static void stop() {
        TEST_KIT.shutdownTestKit();
    }

    private ByteString key() {
        byte[] key = new byte[1 + random.nextInt(3)];
        for (int i = 0; i < key.length; i++) {
            key[i] = ALPHABET[random.nextInt(ALPHABET.length)];
        }
        return ByteString.copyFrom(key);
    }

    /** The end that clients give a prefix. */
    private static ByteString endOf(ByteString prefix) {
        for (int last = prefix.size() - 1; last >= 0; last--) {
            if (prefix.byteAt(last) != (byte) 0xff) {
                return prefix.substring(0, last)
                        .concat(ByteString.copyFrom(new byte[] {(byte) (prefix.byteAt(last) + 1)}));
            }
        }
        return ByteString.copyFrom(new byte[1]);
    }

    private Watcher watcher(long id) {
        var watch = WatchCreateRequest.newBuilder().setKey(key());
        switch (random.nextInt(4)) {
            case 0 -> watch.setRangeEnd(endOf(watch.getKey()));
            case 1 -> watch.setRangeEnd(key());
            case 2 -> watch.setRangeEnd(ByteString.copyFrom(new byte[1]));
            default -> {} // One key.
        }
        return new Watcher(id, stream, watch.build(), 1);
    }

    @Test
    void aChangedKeyFindsTheWatchesWhoseRangeHasItWhateverCameAndWent() {
        var synced = new SyncedWatchers();
        List<Watcher> all = new ArrayList<>();
        for (int i = 0; i < 2_000; i++) {
            if (!all.isEmpty() && random.nextInt(3) == 0) {
                Watcher gone = all.remove(random.nextInt(all.size()));
                synced.remove(gone);
                synced.remove(gone);
            } else {
                Watcher more = watcher(i);
                synced.add(more);
                all.add(more);
            }
            ByteString key = key();
            List<Watcher> found = new ArrayList<>();
            synced.forKey(key, found::add);
            assertThat(found)
                    .as("of %s", key)
                    .containsExactlyInAnyOrderElementsOf(all.stream()
                            .filter(watcher -> watcher.filter.range().contains(key))
                            .toList());
        }
    }
}
