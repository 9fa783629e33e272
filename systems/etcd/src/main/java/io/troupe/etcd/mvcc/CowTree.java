package io.troupe.etcd.mvcc;

import java.util.Arrays;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/**
 * An ordered map that can be frozen in constant time: a B+ tree whose nodes belong to the epoch they were
 * made in. {@link #freeze} begins a new epoch; from then on a write copies each older node on its path, once,
 * and edits its own nodes in place. A frozen view may be read by another thread while writes go on.
 */
final class CowTree<K, V> {

    static final int WIDTH_MAX = 64;
    private static final int WIDTH_MIN = WIDTH_MAX / 4;

    /** Told of each mapping in key order. */
    interface Visitor<K, V> {
        /** Returns whether to go on. */
        boolean visit(K key, V value);
    }

    /**
     * In a leaf {@code slots} are values; in a branch they are nodes, and {@code keys[i]} bounds from below what is in
     * node i, but for i = 0, which takes everything below {@code keys[1]}.
     */
    private static final class Node {
        final long epoch;
        final boolean leaf;
        final Object[] keys = new Object[WIDTH_MAX + 1];
        final Object[] slots = new Object[WIDTH_MAX + 1];
        int size;

        Node(long epoch, boolean leaf) {
            this.epoch = epoch;
            this.leaf = leaf;
        }

        Node copy(long newEpoch) {
            var copy = new Node(newEpoch, leaf);
            copy.appendFrom(this, 0, size);
            return copy;
        }

        Node child(int i) {
            return (Node) slots[i];
        }

        void appendFrom(Node other, int from, int to) {
            System.arraycopy(other.keys, from, keys, size, to - from);
            System.arraycopy(other.slots, from, slots, size, to - from);
            size += to - from;
        }

        void insert(int at, Object key, Object slot) {
            System.arraycopy(keys, at, keys, at + 1, size - at);
            System.arraycopy(slots, at, slots, at + 1, size - at);
            keys[at] = key;
            slots[at] = slot;
            size++;
        }

        void truncate(int newSize) {
            Arrays.fill(keys, newSize, size, null);
            Arrays.fill(slots, newSize, size, null);
            size = newSize;
        }

        void removeAt(int at) {
            System.arraycopy(keys, at + 1, keys, at, size - at - 1);
            System.arraycopy(slots, at + 1, slots, at, size - at - 1);
            truncate(size - 1);
        }
    }

    private final Comparator<? super K> order;
    private long epoch;
    private Node root;
    private int size;

    CowTree(Comparator<? super K> order) {
        this.order = order;
        this.root = new Node(epoch, true);
    }

    private CowTree(CowTree<K, V> frozen) {
        this.order = frozen.order;
        this.root = frozen.root;
        this.size = frozen.size;
    }

    int size() {
        return size;
    }

    /** The mappings as of now, unchanged by later writes to this tree. The view itself must not be written to. */
    CowTree<K, V> freeze() {
        var view = new CowTree<>(this);
        epoch++;
        return view;
    }

    @SuppressWarnings("unchecked")
    @Nullable V get(K key) {
        Node node = root;
        while (!node.leaf) {
            node = node.child(childFor(node, key));
        }
        int at = search(node, 0, key);
        return at < 0 ? null : (V) node.slots[at];
    }

    void put(K key, V value) {
        root = editable(root);
        Node right = put(root, key, value);
        if (right != null) {
            var taller = new Node(epoch, false);
            taller.insert(0, root.keys[0], root);
            taller.insert(1, right.keys[0], right);
            root = taller;
        }
    }

    /** Returns the new right sibling when the node had to be split. */
    private @Nullable Node put(Node node, K key, V value) {
        if (node.leaf) {
            int at = search(node, 0, key);
            if (at >= 0) {
                node.slots[at] = value;
                return null;
            }
            node.insert(-at - 1, key, value);
            size++;
        } else {
            int at = childFor(node, key);
            Node right = put(editableChild(node, at), key, value);
            if (right == null) {
                return null;
            }
            node.insert(at + 1, right.keys[0], right);
        }
        return node.size <= WIDTH_MAX ? null : split(node);
    }

    private Node split(Node node) {
        var right = new Node(epoch, node.leaf);
        int middle = node.size / 2;
        right.appendFrom(node, middle, node.size);
        node.truncate(middle);
        return right;
    }

    void remove(K key) {
        if (get(key) == null) {
            return;
        }
        root = editable(root);
        remove(root, key);
        size--;
        while (!root.leaf && root.size == 1) {
            root = root.child(0);
        }
    }

    private void remove(Node node, K key) {
        if (node.leaf) {
            node.removeAt(search(node, 0, key));
            return;
        }
        int at = childFor(node, key);
        Node child = editableChild(node, at);
        remove(child, key);
        if (child.size < WIDTH_MIN && node.size > 1) {
            int left = at == 0 ? 0 : at - 1;
            if (node.child(left).size + node.child(left + 1).size <= WIDTH_MAX) {
                merge(node, left);
            }
        }
    }

    private void merge(Node parent, int left) {
        Node into = editableChild(parent, left);
        Node from = parent.child(left + 1);
        int seam = into.size;
        into.appendFrom(from, 0, from.size);
        if (!into.leaf) {
            into.keys[seam] = parent.keys[left + 1]; // The right node's own first bound may lie above what it holds.
        }
        parent.removeAt(left + 1);
    }

    /** Visits the mappings with {@code from <= key}, and {@code key < to} where {@code to} is not null, in order. */
    void forRange(@Nullable K from, @Nullable K to, Visitor<? super K, ? super V> visitor) {
        visit(root, from, to, visitor);
    }

    @SuppressWarnings("unchecked")
    private boolean visit(Node node, @Nullable K from, @Nullable K to, Visitor<? super K, ? super V> visitor) {
        if (!node.leaf) {
            for (int i = from == null ? 0 : childFor(node, from); i < node.size; i++) {
                boolean beyond = i > 0 && to != null && order.compare((K) node.keys[i], to) >= 0;
                if (beyond || !visit(node.child(i), from, to, visitor)) {
                    return false;
                }
            }
            return true;
        }
        int at = from == null ? 0 : search(node, 0, from);
        for (int i = at < 0 ? -at - 1 : at; i < node.size; i++) {
            K key = (K) node.keys[i];
            if ((to != null && order.compare(key, to) >= 0) || !visitor.visit(key, (V) node.slots[i])) {
                return false;
            }
        }
        return true;
    }

    private Node editable(Node node) {
        return node.epoch == epoch ? node : node.copy(epoch);
    }

    private Node editableChild(Node parent, int at) {
        Node child = editable(parent.child(at));
        parent.slots[at] = child;
        return child;
    }

    /** Position of the key, or -(insertion point) - 1. */
    @SuppressWarnings("unchecked")
    private int search(Node node, int from, K key) {
        int low = from;
        int high = node.size - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            int compared = order.compare((K) node.keys[middle], key);
            if (compared == 0) {
                return middle;
            }
            if (compared < 0) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return -low - 1;
    }

    private int childFor(Node branch, K key) {
        int at = search(branch, 1, key); // The first bound says nothing: lower keys have gone below it since.
        return at >= 0 ? at : -at - 2;
    }
}
