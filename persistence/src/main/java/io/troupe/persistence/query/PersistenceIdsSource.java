package io.troupe.persistence.query;

import io.troupe.persistence.journal.OpenJournal;
import java.util.ArrayDeque;
import org.apache.pekko.stream.Attributes;
import org.apache.pekko.stream.Outlet;
import org.apache.pekko.stream.SourceShape;
import org.apache.pekko.stream.stage.AbstractOutHandler;
import org.apache.pekko.stream.stage.AsyncCallback;
import org.apache.pekko.stream.stage.GraphStage;
import org.apache.pekko.stream.stage.GraphStageLogic;
import org.jspecify.annotations.Nullable;

/** All persistence ids, each once, also those whose events are all deleted. */
final class PersistenceIdsSource extends GraphStage<SourceShape<String>> {

    private final Outlet<String> out = Outlet.create("persistence-ids");
    private final OpenJournal journal;
    private final int pageSize;
    private final boolean live;

    PersistenceIdsSource(OpenJournal journal, int pageSize, boolean live) {
        this.journal = journal;
        this.pageSize = pageSize;
        this.live = live;
    }

    @Override
    public SourceShape<String> shape() {
        return SourceShape.of(out);
    }

    @Override
    public GraphStageLogic createLogic(Attributes attributes) {
        return new Logic();
    }

    private final class Logic extends GraphStageLogic {

        private final ArrayDeque<String> buffer = new ArrayDeque<>();
        private final AsyncCallback<Integer> committed = createAsyncCallback(count -> goOn());
        private @Nullable Runnable unsubscribe;
        private volatile int seen;
        private int end = Integer.MAX_VALUE;

        Logic() {
            super(PersistenceIdsSource.this.shape());
            setHandler(out, new AbstractOutHandler() {
                @Override
                public void onPull() {
                    goOn();
                }
            });
        }

        @Override
        public void preStart() {
            if (live) {
                unsubscribe = journal.listeners().add(this::tellOfNew);
            } else {
                end = journal.persistenceIdCount();
            }
        }

        /** On the journal's thread: most commits bring no new persistence id. */
        private void tellOfNew() {
            int count = journal.persistenceIdCount();
            if (count > seen) {
                committed.invoke(count);
            }
        }

        @Override
        public void postStop() {
            if (unsubscribe != null) {
                unsubscribe.run();
            }
        }

        private void goOn() {
            if (buffer.isEmpty()) {
                buffer.addAll(journal.persistenceIds(seen, Math.min(pageSize, end - seen)));
                seen += buffer.size();
            }
            if (!buffer.isEmpty() && isAvailable(out)) {
                push(out, buffer.remove());
            }
            if (buffer.isEmpty() && seen >= end) {
                completeStage();
            }
        }
    }
}
