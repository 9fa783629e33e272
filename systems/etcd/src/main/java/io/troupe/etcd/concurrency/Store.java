package io.troupe.etcd.concurrency;

import io.troupe.etcd.mvcc.Result;
import java.util.function.Consumer;
import org.apache.pekko.util.ByteString;

/** The replicated store, as a contender asks it: on behalf of its client. */
public interface Store {

    /** @param answer told once, by any thread */
    void apply(ByteString command, Consumer<Result> answer);

    /** A linearizable read. */
    void read(ByteString query, Consumer<Result> answer);
}
