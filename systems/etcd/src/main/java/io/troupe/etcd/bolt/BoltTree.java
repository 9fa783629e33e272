package io.troupe.etcd.bolt;

import java.util.ArrayList;
import java.util.List;

/**
 * One bucket's B+ tree, laid out: which pairs are in which leaf, which nodes in which branch, and on what pages. Nodes are
 * filled as far as a page goes; one whose pair is larger runs on over the next pages.
 */
final class BoltTree {

    /** A branch of one node would lead nowhere. */
    private static final int BRANCH_MIN = 2;

    /** What a page counts its elements with. */
    private static final int ELEMENTS_MAX = 0xFFFF;

    /**
     * The nodes at one height.
     *
     * @param firsts of each node the position of its first element, and at the end that behind the last
     * @param pages of each node its page, and at the end that behind the last
     */
    private record Level(int[] firsts, long[] pages) {
        int size() {
            return pages.length - 1;
        }
    }

    private final Pairs pairs;
    private final boolean ofBuckets;
    private final List<Level> levels = new ArrayList<>();

    /**
     * @param ofBuckets whether the values say where buckets are
     * @param page the first that is free
     */
    BoltTree(Pairs pairs, boolean ofBuckets, long page) {
        this.pairs = pairs;
        this.ofBuckets = ofBuckets;
        levels.add(leaves(page));
        while (top().size() > 1) {
            levels.add(branches());
        }
    }

    private Level top() {
        return levels.get(levels.size() - 1);
    }

    long root() {
        return top().pages()[0];
    }

    /** The page behind the last. */
    long end() {
        return top().pages()[top().size()];
    }

    private Level leaves(long page) {
        var layout = new Layout(page, 1);
        for (int i = 0; i < pairs.count(); i++) {
            layout.add(pairs.keyLength(i) + pairs.valueLength(i));
        }
        return layout.end();
    }

    private Level branches() {
        int height = levels.size();
        var layout = new Layout(end(), BRANCH_MIN);
        for (int i = 0; i < top().size(); i++) {
            layout.add(pairs.keyLength(firstPair(height - 1, i)));
        }
        return layout.end();
    }

    /** The pair that a node, or rather the leaf at its lower end, begins with. */
    private int firstPair(int height, int node) {
        int position = node;
        for (int i = height; i >= 0; i--) {
            position = levels.get(i).firsts()[position];
        }
        return position;
    }

    /** Puts elements on pages, in order. */
    private static final class Layout {
        private final List<Integer> firsts = new ArrayList<>(List.of(0));
        private final List<Long> pages;
        private final int elementsMin;
        private int elements;
        private int inNode;
        private long bytes = BoltPage.HEADER;

        Layout(long page, int elementsMin) {
            this.pages = new ArrayList<>(List.of(page));
            this.elementsMin = elementsMin;
        }

        void add(int elementBytes) {
            long more = BoltPage.ELEMENT + (long) elementBytes;
            if (inNode >= elementsMin && (bytes + more > BoltPage.SIZE || inNode == ELEMENTS_MAX)) {
                endNode();
                inNode = 0;
                bytes = BoltPage.HEADER;
            }
            elements++;
            inNode++;
            bytes += more;
        }

        private void endNode() {
            firsts.add(elements);
            pages.add(pages.get(pages.size() - 1) + BoltPage.pagesFor(bytes));
        }

        Level end() {
            endNode();
            return new Level(
                    firsts.stream().mapToInt(Integer::intValue).toArray(),
                    pages.stream().mapToLong(Long::longValue).toArray());
        }
    }

    /** Nodes over all heights. */
    int nodes() {
        return levels.stream().mapToInt(Level::size).sum();
    }

    /** The bytes of a node, counted in the order of their pages. */
    byte[] node(int number) {
        int height = 0;
        int node = number;
        while (node >= levels.get(height).size()) {
            node -= levels.get(height).size();
            height++;
        }
        Level level = levels.get(height);
        int from = level.firsts()[node];
        int to = level.firsts()[node + 1];
        long id = level.pages()[node];
        int pages = (int) (level.pages()[node + 1] - id);
        var page = new BoltPage(id, height == 0 ? BoltPage.LEAF : BoltPage.BRANCH, to - from, pages);
        for (int i = from; i < to; i++) {
            if (height == 0) {
                page.pair(ofBuckets ? BoltPage.IS_BUCKET : 0, pairs.key(i), pairs.value(i));
            } else {
                page.child(
                        pairs.key(firstPair(height - 1, i)),
                        levels.get(height - 1).pages()[i]);
            }
        }
        return page.bytes();
    }
}
