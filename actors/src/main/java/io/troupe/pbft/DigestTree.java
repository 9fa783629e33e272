package io.troupe.pbft;

import java.util.ArrayList;
import java.util.List;
import org.apache.pekko.util.ByteString;

/**
 * The digests of a state's pages, and of those, up to one root (thesis, state transfer): two states are compared from the root
 * downwards, and where they differ only the pages that do are fetched. Level 0 are the pages.
 */
final class DigestTree {

    /** Children of one node. */
    static final int FAN_OUT = 256;

    private final List<List<Digest>> levels;

    private DigestTree(List<List<Digest>> levels) {
        this.levels = levels;
    }

    /** @param pages digests of all pages, from the first; none for an empty state */
    static DigestTree of(List<Digest> pages) {
        List<List<Digest>> levels = new ArrayList<>();
        levels.add(List.copyOf(pages));
        do {
            List<Digest> below = levels.get(levels.size() - 1);
            List<Digest> level = new ArrayList<>();
            for (int first = 0; first == 0 || first < below.size(); first += FAN_OUT) {
                level.add(parent(below.subList(first, Math.min(first + FAN_OUT, below.size()))));
            }
            levels.add(level);
        } while (levels.get(levels.size() - 1).size() > 1);
        return new DigestTree(levels);
    }

    /** What stands for these children. */
    static Digest parent(List<Digest> children) {
        StringBuilder all = new StringBuilder();
        children.forEach(child -> all.append(child.hex()).append('\n'));
        return Digest.of(ByteString.fromString(all.toString()));
    }

    /** Levels above the pages of a tree with so many pages: where the root is. */
    static int heightOf(int pages) {
        int height = 1;
        for (long covered = FAN_OUT; covered < pages; covered *= FAN_OUT) {
            height++;
        }
        return height;
    }

    int height() {
        return levels.size() - 1;
    }

    Digest root() {
        return levels.get(height()).get(0);
    }

    int pages() {
        return levels.get(0).size();
    }

    Digest page(int index) {
        return levels.get(0).get(index);
    }

    /** Whether there is this node, and it has this digest. */
    boolean has(int level, int index, Digest digest) {
        return level <= height()
                && index < levels.get(level).size()
                && levels.get(level).get(index).equals(digest);
    }

    /** Empty when there is no such node. */
    List<Digest> children(int level, int index) {
        if (level < 1 || level > height() || index < 0) {
            return List.of();
        }
        List<Digest> below = levels.get(level - 1);
        int first = index * FAN_OUT;
        return first >= below.size() ? List.of() : below.subList(first, Math.min(first + FAN_OUT, below.size()));
    }
}
