package io.troupe.etcd.bolt;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A database file of given buckets, laid out and made stretch by stretch when it is read. Holds the layout, some bytes a
 * page, and what the {@link Pairs} hold.
 */
public final class BoltImage implements Iterable<byte[]> {

    private static final long FREELIST = 2;
    private static final long FIRST = 3;

    private final List<BoltTree> trees = new ArrayList<>();
    private final BoltTree root;

    /** @param buckets by name */
    public BoltImage(SortedMap<String, Pairs> buckets) {
        var roots = new TreeMap<byte[], byte[]>(Arrays::compareUnsigned);
        long page = FIRST;
        for (var bucket : buckets.entrySet()) {
            var tree = new BoltTree(bucket.getValue(), false, page);
            trees.add(tree);
            roots.put(bucket.getKey().getBytes(StandardCharsets.UTF_8), BoltPage.bucketAt(tree.root()));
            page = tree.end();
        }
        root = new BoltTree(Pairs.of(roots), true, page);
        trees.add(root);
    }

    /** Of the whole file, in bytes. */
    public long length() {
        return root.end() * BoltPage.SIZE;
    }

    /** The file from its beginning to its end, in stretches of one page or several. */
    @Override
    public Iterator<byte[]> iterator() {
        return new Iterator<>() {
            private int metas;
            private int tree;
            private int node;

            @Override
            public boolean hasNext() {
                return tree < trees.size();
            }

            @Override
            public byte[] next() {
                if (!hasNext()) {
                    throw new NoSuchElementException("the file ends after " + length() + " bytes");
                }
                if (metas < FIRST) {
                    int id = metas++;
                    return id == FREELIST
                            ? BoltPage.emptyFreelist(FREELIST)
                            : BoltPage.meta(id, root.root(), FREELIST, root.end());
                }
                byte[] bytes = trees.get(tree).node(node++);
                if (node == trees.get(tree).nodes()) {
                    tree++;
                    node = 0;
                }
                return bytes;
            }
        };
    }
}
