package io.troupe.etcd.bolt;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Optional;

/** A database file on disk, to be read. Trusts nothing in it: what cannot be is an {@link IOException} that says where. */
public final class BoltFile implements Closeable {

    private static final long PAGE_SIZE_MIN = 1024;
    private static final long PAGE_SIZE_MAX = 64 * 1024;
    /** Bytes that one page and those it runs on over have at most. */
    private static final long PAGES_MAX = 1 << 30;
    /** Of a tree: even with two children a branch it would not fit on a disk. */
    private static final int DEPTH_MAX = 64;

    /** Told of each pair of a bucket, in order of keys. */
    @FunctionalInterface
    public interface Visitor {
        void visit(byte[] key, byte[] value) throws IOException;
    }

    private final Path path;
    private final FileChannel file;
    private final BoltPage.Meta meta;
    /** That a walk may still come to: each is in one place. */
    private long pagesLeft;

    private BoltFile(Path path, FileChannel file, BoltPage.Meta meta) {
        this.path = path;
        this.file = file;
        this.meta = meta;
    }

    /** @throws IOException also when the file is no database */
    public static BoltFile open(Path path) throws IOException {
        FileChannel file = FileChannel.open(path, StandardOpenOption.READ);
        try {
            return new BoltFile(path, file, latestMeta(path, file));
        } catch (IOException e) {
            file.close();
            throw e;
        }
    }

    /** Of the two, the sound one of the later transaction. */
    private static BoltPage.Meta latestMeta(Path path, FileChannel file) throws IOException {
        Optional<BoltPage.Meta> latest = Optional.empty();
        for (long at = 0; at <= PAGE_SIZE_MAX; at = at == 0 ? PAGE_SIZE_MIN : at * 2) {
            Optional<BoltPage.Meta> meta = metaAt(file, at);
            long place = at;
            boolean inPlace =
                    at == 0 || meta.filter(found -> found.pageSize() == place).isPresent();
            if (meta.isPresent()
                    && inPlace
                    && latest.map(found -> found.transaction() < meta.get().transaction())
                            .orElse(true)) {
                latest = meta;
            }
        }
        return latest.orElseThrow(
                () -> new IOException(path + " is no bbolt database, or both of its meta pages are damaged"));
    }

    private static Optional<BoltPage.Meta> metaAt(FileChannel file, long at) throws IOException {
        var bytes = ByteBuffer.allocate(BoltPage.META_LENGTH).order(ByteOrder.LITTLE_ENDIAN);
        while (bytes.hasRemaining()) {
            if (file.read(bytes, at + bytes.position()) < 0) {
                return Optional.empty();
            }
        }
        return BoltPage.Meta.of(bytes);
    }

    /** @return whether there is such a bucket */
    public boolean forEach(String bucket, Visitor visitor) throws IOException {
        byte[] name = bucket.getBytes(StandardCharsets.UTF_8);
        boolean[] found = new boolean[1];
        pagesLeft = meta.end();
        visit(1, read(meta.root()), (flags, key, value) -> {
            if (Arrays.equals(key, name)) {
                require((flags & BoltPage.IS_BUCKET) != 0, "the root bucket's " + bucket + " is no bucket");
                found[0] = true;
                visitBucket(value, (inner, innerKey, innerValue) -> visitor.visit(innerKey, innerValue));
            }
        });
        return found[0];
    }

    /** A small bucket's only page is kept where a large one's root would be named. */
    private void visitBucket(byte[] value, PairVisitor visitor) throws IOException {
        require(value.length >= BoltPage.BUCKET_LENGTH, "a bucket has " + value.length + " bytes");
        var bytes = ByteBuffer.wrap(value).order(ByteOrder.LITTLE_ENDIAN);
        long root = bytes.getLong(0);
        visit(
                1,
                root != 0
                        ? read(root)
                        : bytes.position(BoltPage.BUCKET_LENGTH).slice().order(ByteOrder.LITTLE_ENDIAN),
                visitor);
    }

    private interface PairVisitor {
        void visit(int flags, byte[] key, byte[] value) throws IOException;
    }

    private void visit(int depth, ByteBuffer page, PairVisitor visitor) throws IOException {
        require(--pagesLeft >= 0 && depth <= DEPTH_MAX, "a branch leads in a circle");
        require(page.limit() >= BoltPage.HEADER, "a page has " + page.limit() + " bytes");
        int kind = page.getShort(8);
        int count = page.getShort(10) & 0xFFFF;
        require(
                kind == BoltPage.LEAF || kind == BoltPage.BRANCH,
                "page " + page.getLong(0) + " of a bucket is of the kind " + kind);
        for (int i = 0; i < count; i++) {
            int element = BoltPage.HEADER + i * BoltPage.ELEMENT;
            require(element + BoltPage.ELEMENT <= page.limit(), "page " + page.getLong(0) + " has too many elements");
            if (kind == BoltPage.BRANCH) {
                visit(depth + 1, read(page.getLong(element + 8)), visitor);
            } else {
                long at = element + (page.getInt(element + 4) & 0xFFFFFFFFL);
                byte[] key = take(page, at, page.getInt(element + 8));
                byte[] value = take(page, at + key.length, page.getInt(element + 12));
                visitor.visit(page.getInt(element), key, value);
            }
        }
    }

    private byte[] take(ByteBuffer page, long at, int length) throws IOException {
        require(length >= 0 && at + length <= page.limit(), "an element of page " + page.getLong(0) + " lies outside");
        byte[] bytes = new byte[length];
        page.get((int) at, bytes);
        return bytes;
    }

    /** The page and those it runs on over. */
    private ByteBuffer read(long id) throws IOException {
        require(id > 1 && id < meta.end(), "there is no page " + id);
        ByteBuffer header = read(id, BoltPage.HEADER);
        long pages = 1 + (header.getInt(12) & 0xFFFFFFFFL);
        long length = pages * meta.pageSize();
        require(id + pages <= meta.end() && length <= PAGES_MAX, "page " + id + " runs on over the end");
        return read(id, (int) length);
    }

    private ByteBuffer read(long id, int length) throws IOException {
        if (id > (file.size() - length) / meta.pageSize()) {
            throw notWhole(id);
        }
        var bytes = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        while (bytes.hasRemaining()) {
            if (file.read(bytes, id * meta.pageSize() + bytes.position()) < 0) {
                throw notWhole(id);
            }
        }
        return bytes.flip();
    }

    private EOFException notWhole(long id) {
        return new EOFException(path + " ends within page " + id + ": it is not whole");
    }

    private void require(boolean holds, String what) throws IOException {
        if (!holds) {
            throw new IOException(path + " is damaged: " + what);
        }
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
