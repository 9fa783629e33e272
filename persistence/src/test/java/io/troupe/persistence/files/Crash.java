package io.troupe.persistence.files;

import io.troupe.persistence.files.CrashDisk.Change;
import io.troupe.persistence.files.CrashDisk.Inode;
import io.troupe.persistence.files.CrashDisk.NameChange;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * What a crash now may leave of a {@link CrashDisk}, by what POSIX promises: forced bytes and synced names are there;
 * of the rest any part may have arrived, in any order. Enumerated are, for the names: each prefix of the changes, each
 * change alone, each one missing; for the bytes: all lost, all kept, and for the file in use each change alone, each
 * one missing, and the last torn at every sector, within the first bytes and before the last.
 */
public final class Crash {

    private static final int SECTOR_BYTES = 512;

    private Crash() {}

    /** Every state, with words that say what happened. */
    public static Map<String, Map<String, byte[]>> states(CrashDisk disk) {
        Map<String, Map<String, byte[]>> states = new LinkedHashMap<>();
        Map<String, Function<Inode, byte[]>> contents = contents(disk.lastWritten());
        names(disk).forEach((how, names) -> {
            boolean extreme = how.equals("all names") || how.equals("no names");
            contents.forEach((which, content) -> {
                if (extreme || which.equals("bytes lost") || which.equals("bytes kept")) {
                    Map<String, byte[]> files = new TreeMap<>();
                    names.forEach((name, inode) -> files.put(name, content.apply(inode)));
                    states.put(how + ", " + which, files);
                }
            });
        });
        return states;
    }

    /** The four corners of {@link #states}: names and bytes, each all lost or all kept. */
    public static Map<String, Map<String, byte[]>> extremes(CrashDisk disk) {
        Map<String, Map<String, byte[]>> corners = new LinkedHashMap<>();
        for (boolean namesKept : new boolean[] {false, true}) {
            Map<String, Inode> names = after(disk, namesKept ? disk.unsynced : List.of());
            for (boolean bytesKept : new boolean[] {false, true}) {
                Map<String, byte[]> files = new TreeMap<>();
                names.forEach((name, inode) -> files.put(name, bytesKept ? inode.now : inode.durable));
                corners.put(
                        (namesKept ? "all names" : "no names") + ", " + (bytesKept ? "bytes kept" : "bytes lost"),
                        files);
            }
        }
        return corners;
    }

    private static Map<String, Map<String, Inode>> names(CrashDisk disk) {
        Map<String, Map<String, Inode>> variants = new LinkedHashMap<>();
        List<NameChange> all = disk.unsynced;
        variants.put("no names", after(disk, List.of()));
        variants.put("all names", after(disk, all));
        for (int i = 0; i < all.size(); i++) {
            variants.put("the first " + (i + 1) + " names", after(disk, all.subList(0, i + 1)));
            variants.put("name " + i + " alone", after(disk, List.of(all.get(i))));
            variants.put("all names but " + i, after(disk, without(all, i)));
        }
        return variants;
    }

    private static Map<String, Inode> after(CrashDisk disk, List<NameChange> changes) {
        Map<String, Inode> names = new TreeMap<>(disk.durableNames);
        changes.forEach(change -> CrashDisk.apply(change, names));
        return names;
    }

    private static Map<String, Function<Inode, byte[]>> contents(Inode inUse) {
        Map<String, Function<Inode, byte[]>> variants = new LinkedHashMap<>();
        variants.put("bytes lost", inode -> inode.durable);
        variants.put("bytes kept", inode -> inode.now);
        List<Change> all = inUse.unforced;
        for (int i = 0; i < all.size() && all.size() > 1; i++) {
            put(variants, "only change " + i, inUse, List.of(all.get(i)));
            put(variants, "all but change " + i, inUse, without(all, i));
        }
        if (!all.isEmpty() && !all.get(all.size() - 1).cut()) {
            Change last = all.get(all.size() - 1);
            List<Change> earlier = all.subList(0, all.size() - 1);
            for (int cut : cuts(last.bytes().length)) {
                Change head = new Change(last.at(), Arrays.copyOf(last.bytes(), cut), false);
                put(variants, "torn after " + cut, inUse, with(earlier, head));
                byte[] rest = Arrays.copyOfRange(last.bytes(), cut, last.bytes().length);
                put(variants, "torn before " + cut, inUse, with(earlier, new Change(last.at() + cut, rest, false)));
            }
        }
        return variants;
    }

    private static TreeSet<Integer> cuts(int length) {
        TreeSet<Integer> cuts = new TreeSet<>();
        for (int at : new int[] {1, 4, 8, 43, 44, 45, length / 2, length - 1}) {
            if (at > 0 && at < length) {
                cuts.add(at);
            }
        }
        for (int at = SECTOR_BYTES; at < length; at += SECTOR_BYTES) {
            cuts.add(at);
        }
        return cuts;
    }

    private static void put(
            Map<String, Function<Inode, byte[]>> variants, String how, Inode inUse, List<Change> arrived) {
        byte[] bytes = inUse.durable;
        for (Change change : arrived) {
            bytes = change.applied(bytes);
        }
        byte[] left = bytes;
        variants.put(how + ", others lost", inode -> inode == inUse ? left : inode.durable);
        variants.put(how + ", others kept", inode -> inode == inUse ? left : inode.now);
    }

    private static <T> List<T> without(List<T> all, int index) {
        List<T> rest = new ArrayList<>(all);
        rest.remove(index);
        return rest;
    }

    private static <T> List<T> with(List<T> all, T last) {
        List<T> more = new ArrayList<>(all);
        more.add(last);
        return more;
    }
}
