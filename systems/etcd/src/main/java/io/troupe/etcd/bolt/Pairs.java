package io.troupe.etcd.bolt;

import java.util.List;
import java.util.Map;
import java.util.SortedMap;

/**
 * What is in a bucket, by position, in ascending order of keys as unsigned bytes. Asked for lengths when the file is laid
 * out and for the bytes when it is made, so neither may change meanwhile.
 */
public interface Pairs {

    int count();

    byte[] key(int position);

    byte[] value(int position);

    /** In bytes, from 1 to 32,768. */
    default int keyLength(int position) {
        return key(position).length;
    }

    /** In bytes. */
    default int valueLength(int position) {
        return value(position).length;
    }

    /** Few enough to be held as they are. */
    static Pairs of(SortedMap<byte[], byte[]> map) {
        List<Map.Entry<byte[], byte[]>> entries = List.copyOf(map.entrySet());
        return new Pairs() {
            @Override
            public int count() {
                return entries.size();
            }

            @Override
            public byte[] key(int position) {
                return entries.get(position).getKey();
            }

            @Override
            public byte[] value(int position) {
                return entries.get(position).getValue();
            }
        };
    }
}
