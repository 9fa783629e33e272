package io.troupe.persistence.query;

import java.util.ArrayDeque;
import org.apache.pekko.dispatch.Futures;
import org.apache.pekko.dispatch.OnComplete;
import org.apache.pekko.persistence.query.EventEnvelope;
import org.apache.pekko.stream.Attributes;
import org.apache.pekko.stream.Outlet;
import org.apache.pekko.stream.SourceShape;
import org.apache.pekko.stream.stage.AbstractOutHandler;
import org.apache.pekko.stream.stage.AsyncCallback;
import org.apache.pekko.stream.stage.GraphStage;
import org.apache.pekko.stream.stage.GraphStageLogic;
import org.jspecify.annotations.Nullable;

/**
 * One persistence id's events, a page at a time as downstream asks. At the end a live source waits until the journal
 * tells of new events; it never polls.
 */
final class EventsSource extends GraphStage<SourceShape<EventEnvelope>> {

    private final Outlet<EventEnvelope> out = Outlet.create("events");
    private final JournalQueries queries;
    private final String persistenceId;
    private final long from;
    private final long to;
    private final boolean live;

    EventsSource(JournalQueries queries, String persistenceId, long from, long to, boolean live) {
        this.queries = queries;
        this.persistenceId = persistenceId;
        this.from = from;
        this.to = to;
        this.live = live;
    }

    @Override
    public SourceShape<EventEnvelope> shape() {
        return SourceShape.of(out);
    }

    @Override
    public GraphStageLogic createLogic(Attributes attributes) {
        return new Logic();
    }

    private final class Logic extends GraphStageLogic {

        private final ArrayDeque<EventEnvelope> buffer = new ArrayDeque<>();
        private final AsyncCallback<JournalQueries.Page> paged = createAsyncCallback(this::onPage);
        private final AsyncCallback<Throwable> failed = createAsyncCallback(this::failStage);
        private final AsyncCallback<String> committed = createAsyncCallback(id -> onCommit());
        private @Nullable Runnable unsubscribe;
        private long next = from;
        private long end = to;
        private boolean ended;
        private boolean reading;
        private boolean newEvents = true;

        Logic() {
            super(EventsSource.this.shape());
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
                unsubscribe = queries.journal().listeners().add(persistenceId, () -> committed.invoke(persistenceId));
            } else {
                end = Math.min(to, queries.journal().durableSequenceNr(persistenceId));
            }
        }

        @Override
        public void postStop() {
            if (unsubscribe != null) {
                unsubscribe.run();
            }
        }

        private void goOn() {
            if (!buffer.isEmpty()) {
                if (isAvailable(out)) {
                    push(out, buffer.remove());
                }
                if (!buffer.isEmpty()) {
                    return;
                }
            }
            if (reading) {
                return;
            }
            if (ended || next > end || !live && !newEvents) {
                completeStage();
            } else if (newEvents && isAvailable(out)) {
                read();
            }
        }

        private void read() {
            reading = true;
            newEvents = false;
            long at = next;
            Futures.future(() -> queries.page(persistenceId, at, end), queries.disk())
                    .onComplete(
                            new OnComplete<JournalQueries.Page>() {
                                @Override
                                public void onComplete(@Nullable Throwable failure, JournalQueries.Page page) {
                                    if (failure == null) {
                                        paged.invoke(page);
                                    } else {
                                        failed.invoke(failure);
                                    }
                                }
                            },
                            queries.disk());
        }

        private void onPage(JournalQueries.Page page) {
            reading = false;
            buffer.addAll(page.events());
            next = page.next();
            ended = page.isEnd();
            newEvents = newEvents || !page.isLast();
            goOn();
        }

        private void onCommit() {
            newEvents = true;
            goOn();
        }
    }
}
