package io.troupe.pbft;

import io.troupe.pbft.PbftMessage.StateHeader;
import io.troupe.replication.SnapshotStorage;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;

/** A stored state as pages, with the tree of their digests. */
record PagedState(SnapshotStorage.Stored stored, StateHeader header, DigestTree tree) {

    /** @return how many pages so many bytes make */
    static int pages(long length, int pageBytes) {
        return Math.toIntExact((length + pageBytes - 1) / pageBytes);
    }

    /** Reads all of it. */
    static PagedState read(SnapshotStorage storage, SnapshotStorage.Stored stored, int pageBytes) throws IOException {
        Pages pages = new Pages(OutputStream.nullOutputStream(), pageBytes);
        try (InputStream in = new BufferedInputStream(storage.open(stored))) {
            in.transferTo(pages);
        }
        return pages.finish(stored);
    }

    /** Passes a state on and digests it page by page. */
    static final class Pages extends OutputStream {

        private final OutputStream to;
        private final byte[] page;
        private final List<Digest> digests = new ArrayList<>();
        private int filled;
        private long length;

        Pages(OutputStream to, int pageBytes) {
            this.to = to;
            this.page = new byte[pageBytes];
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int count) throws IOException {
            to.write(bytes, offset, count);
            length += count;
            int done = 0;
            while (done < count) {
                int part = Math.min(count - done, page.length - filled);
                System.arraycopy(bytes, offset + done, page, filled, part);
                filled += part;
                done += part;
                if (filled == page.length) {
                    endPage();
                }
            }
        }

        private void endPage() {
            digests.add(Digest.of(page, filled));
            filled = 0;
        }

        /** @param stored its index is the sequence number, its term the number of operations */
        PagedState finish(SnapshotStorage.Stored stored) {
            if (filled > 0) {
                endPage();
            }
            DigestTree tree = DigestTree.of(digests);
            return new PagedState(stored, new StateHeader(stored.term(), length, tree.root()), tree);
        }
    }
}
