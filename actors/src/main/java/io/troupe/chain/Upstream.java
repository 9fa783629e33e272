package io.troupe.chain;

import io.troupe.chain.ChainMessage.Ack;
import io.troupe.chain.ChainMessage.Connect;
import io.troupe.chain.ChainMessage.Forward;
import io.troupe.chain.ChainMessage.Heartbeat;
import io.troupe.chain.ChainMessage.Resume;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * A server's side of the link to its predecessor: tells it what is here when an epoch begins (§3), takes the updates that
 * come, writes them, and acknowledges what is durable here and below (§3).
 */
final class Upstream {

    private final ChainServer server;
    private final RandomGenerator random;
    private Optional<Long> floor = Optional.empty();
    private Optional<Long> attempt = Optional.empty();
    private long durableAbove;
    private long acknowledgedTold;
    private long behindSince = -1;

    Upstream(ChainServer server, RandomGenerator random) {
        this.server = server;
        this.random = random;
    }

    /** Index that queries wait for; empty when it is not known yet how far the predecessor had come. */
    Optional<Long> floor() {
        return floor;
    }

    /** Durable at all that are above; everything, at the head. */
    long durableAbove() {
        return durableAbove;
    }

    private Optional<String> predecessor() {
        return server.epochs.latest().predecessor();
    }

    /** An epoch has been entered; the head has come as far as anybody. */
    void begin(Place place) {
        durableAbove = place.isHead() ? Long.MAX_VALUE : 0;
        if (place.isHead()) {
            floor = Optional.of(server.history.lastIndex());
        }
    }

    /** Another epoch has been decided. */
    void leave() {
        floor = Optional.empty();
        attempt = Optional.empty();
    }

    /** What was told to the predecessor is no longer here, but a snapshot in its stead: it is to be told again. */
    void onInstalled() {
        attempt = Optional.empty();
    }

    /**
     * Tells the predecessor what is here (§3, message 2). It says so again before an answer can have come, where that takes long:
     * any answer to the same will do.
     */
    void connect() {
        long number = attempt.orElseGet(random::nextLong);
        attempt = Optional.of(number);
        long stable = server.stable();
        var connect = new Connect(
                server.epochs.latest().epoch(), server.node, number, stable, server.history.endsAbove(stable));
        predecessor().ifPresent(name -> server.peers.tell(name, connect));
    }

    void onResume(Resume resume) {
        Epochs epochs = server.epochs;
        boolean asked = attempt.filter(number -> number == resume.attempt()).isPresent();
        if (!asked || resume.epoch() != epochs.latest().epoch() || epochs.isEntering()) {
            return;
        }
        floor = Optional.of(resume.floor());
        if (epochs.entered().epoch() != epochs.latest().epoch()) {
            epochs.enter(Math.min(resume.agreed(), server.history.lastIndex()));
        }
    }

    void onForward(Forward forward) {
        if (!server.epochs.isActiveIn(forward.epoch())) {
            return;
        }
        long last = server.history.lastIndex();
        if (forward.updates().first() > last + 1) {
            connect(); // Something before it was lost.
            return;
        }
        durableAbove = Math.max(durableAbove, Math.max(forward.durable(), forward.stable()));
        Updates news = forward.updates().above(last);
        server.sent.addAbove(last, forward.waiting());
        if (!news.isEmpty()) {
            server.history.append(news);
            server.log(news);
        }
        server.learnStable(forward.stable());
        if (forward.receipt()) {
            server.writes.afterAll(this::acknowledge);
        }
        server.advance();
    }

    /** More is durable here and below than was told: whoever answers waits for it, unless it is below. */
    void onProgress(long acknowledged) {
        if (acknowledged > acknowledgedTold && !server.epochs.entered().hearsWhatIsDurable()) {
            acknowledge();
        }
    }

    private void acknowledge() {
        if (server.isActive()) {
            acknowledgedTold = server.acknowledged();
            var ack = new Ack(server.epoch(), server.node, server.durable(), acknowledgedTold);
            predecessor().ifPresent(name -> server.peers.tell(name, ack));
        }
    }

    void onTick() {
        acknowledge();
        if (floor.isEmpty()) {
            connect();
        }
    }

    /** A message to this server may have been lost: what the predecessor has and this one has not, it asks for. */
    void onHeartbeat(Heartbeat beat) {
        if (!server.epochs.isActiveIn(beat.epoch())) {
            return;
        }
        durableAbove = Math.max(durableAbove, beat.stable());
        server.learnStable(beat.stable());
        if (predecessor().filter(beat.from()::equals).isPresent()) {
            long last = server.history.lastIndex();
            if (beat.last() > behindSince && behindSince == last && !server.transfer.isFetching()) {
                connect();
            }
            behindSince = last;
        }
    }
}
