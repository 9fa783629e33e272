package io.troupe.pbft;

import io.troupe.replication.SnapshotStorage;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/** A state that is put together from fetched pages and those of a state that is here, in order. */
final class Assembly implements AutoCloseable {

    private final SnapshotStorage.Writer writer;
    private final int pageBytes;
    private final @Nullable PagedState own;
    private final @Nullable InputStream ownBytes;
    private long ownAt;
    private int next;

    Assembly(
            SnapshotStorage storage,
            String group,
            long sequence,
            long operations,
            int pageBytes,
            @Nullable PagedState own)
            throws IOException {
        this.writer = storage.create(group, sequence, operations);
        this.pageBytes = pageBytes;
        this.own = own;
        this.ownBytes = own == null ? null : new BufferedInputStream(storage.open(own.stored()));
    }

    /**
     * Goes on as far as what has arrived and what is here allow.
     *
     * @param pages digests of all pages
     * @param arrived taken out as they are used
     * @return the pages that are missing next, at most so many; none when all is there
     */
    List<Integer> append(TreeMap<Integer, Digest> pages, TreeMap<Integer, ByteString> arrived, int missingMax)
            throws IOException {
        List<Integer> missing = new ArrayList<>();
        for (Map.Entry<Integer, Digest> page : pages.tailMap(next).entrySet()) {
            int index = page.getKey();
            boolean isHere = own != null && own.tree().has(0, index, page.getValue());
            ByteString content = arrived.get(index);
            if (content == null && !isHere) {
                missing.add(index);
                if (missing.size() == missingMax) {
                    break;
                }
            } else if (missing.isEmpty()) {
                writer.out().write(content == null ? ownPage(index) : content.toArrayUnsafe());
                arrived.remove(index);
                next = index + 1;
            }
        }
        return missing;
    }

    private byte[] ownPage(int index) throws IOException {
        if (ownBytes == null) {
            throw new IllegalStateException("Page " + index + " is of no state that is here");
        }
        long begin = (long) index * pageBytes;
        ownBytes.skipNBytes(begin - ownAt);
        byte[] content = ownBytes.readNBytes(pageBytes);
        ownAt = begin + content.length;
        return content;
    }

    void finish() throws IOException {
        writer.commit();
        close();
    }

    @Override
    public void close() {
        try {
            writer.close();
            if (ownBytes != null) {
                ownBytes.close();
            }
        } catch (IOException e) {
            // What is not committed is discarded, at the latest when the storage is opened again.
        }
    }
}
