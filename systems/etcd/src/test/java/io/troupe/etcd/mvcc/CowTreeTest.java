package io.troupe.etcd.mvcc;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CowTreeTest {

    private static Map<Integer, Integer> contents(CowTree<Integer, Integer> tree) {
        var all = new TreeMap<Integer, Integer>();
        tree.forRange(null, null, (key, value) -> {
            assertThat(all.isEmpty() || all.lastKey() < key).as("in order").isTrue();
            all.put(key, value);
            return true;
        });
        assertThat(tree.size()).isEqualTo(all.size());
        return all;
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void agreesWithATreeMapAndFrozenViewsNeverChange(long seed) {
        var random = new SplittableRandom(seed);
        var tree = new CowTree<Integer, Integer>(Comparator.naturalOrder());
        var model = new TreeMap<Integer, Integer>();
        List<CowTree<Integer, Integer>> views = new ArrayList<>();
        List<Map<Integer, Integer>> expected = new ArrayList<>();

        for (int step = 0; step < 40_000; step++) {
            int key = random.nextInt(3_000);
            // Phases of growth and of shrinking, so that nodes both split and merge.
            if (random.nextInt(100) < ((step / 8_000) % 2 == 0 ? 75 : 25)) {
                tree.put(key, step);
                model.put(key, step);
            } else {
                tree.remove(key);
                model.remove(key);
            }
            if (step % 4_000 == 0) {
                views.add(tree.freeze());
                expected.add(new TreeMap<>(model));
            }
            assertThat(tree.get(key)).isEqualTo(model.get(key));
        }

        assertThat(contents(tree)).isEqualTo(model);
        for (int i = 0; i < views.size(); i++) {
            assertThat(contents(views.get(i))).isEqualTo(expected.get(i));
        }
        int from = random.nextInt(3_000);
        int to = from + random.nextInt(500);
        var range = new TreeMap<Integer, Integer>();
        tree.forRange(from, to, (key, value) -> range.put(key, value) == null);
        assertThat(range).isEqualTo(model.subMap(from, to));
    }

    @Test
    void canBeEmptiedAndFilledAgain() {
        var tree = new CowTree<Integer, Integer>(Comparator.naturalOrder());
        for (int round = 0; round < 3; round++) {
            for (int key = 10_000; key > 0; key--) {
                tree.put(key, key);
            }
            for (int key = 1; key <= 10_000; key++) {
                tree.remove(key);
            }
            assertThat(contents(tree)).isEmpty();
        }
    }
}
