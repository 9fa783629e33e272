package io.troupe.chain;

import io.troupe.replication.GroupLogging;

/**
 * The epoch that a server acts in, and the latest that it knows of (§3).
 *
 * <p>Transitions: first life → in the founding epoch, durably; another life → lapsed: it was in its epoch, and may have
 * forgotten of it what others have, so that it acts only in a later one, which it asks the master for; in epoch e, or lapsed →
 * waiting, when the master's decision of a later one is known, while a lease is granted to a server that it leaves out; waiting
 * → in the later epoch, durably: the head at once, others when their predecessor has told them what both have. Who is not in
 * the chain acts in no epoch, and asks to join; who is none of the founders begins so. In an epoch → lost, when a server below
 * has begun in it without having been told here what both have: the disk has forgotten that, with all that was on it; who was
 * told by its operator that its data is lost begins so; lost → not in the chain, which it asks the master for.
 */
final class Epochs {

    private final ChainServer server;
    private final GrantedLease lease;
    private Place latest;
    private Place entered;
    private Configuration recorded;
    private boolean entering;
    private boolean lapsed = true;
    private boolean lost;

    /** @param entered in an earlier life, if there was one; else {@link #found} is next */
    Epochs(ChainServer server, GrantedLease lease, Configuration entered) {
        this.server = server;
        this.lease = lease;
        this.entered = placeIn(entered);
        this.latest = this.entered;
        this.recorded = entered;
        grantTo(entered); // One granted before it stopped may still run.
    }

    private void grantTo(Configuration configuration) {
        server.settings.arrangement().mayHoldLeases(configuration).stream()
                .filter(name -> !name.equals(server.node))
                .forEach(lease::grant);
    }

    private Place placeIn(Configuration configuration) {
        return Place.of(server.settings.arrangement(), configuration, server.node);
    }

    /** In the latest configuration that it knows of. */
    Place latest() {
        return latest;
    }

    /** Where it acts. */
    Place entered() {
        return entered;
    }

    /** What an event must say that is written now, lest it take back an epoch that is about to be entered. */
    Configuration recorded() {
        return recorded;
    }

    boolean isEntering() {
        return entering;
    }

    /** It is in the latest epoch that it knows of by an earlier life only. */
    boolean isLapsed() {
        return lapsed && !lost && !entering && entered.epoch() == latest.epoch() && entered.belongs();
    }

    /** It acts in the latest epoch that it knows of, and belongs to it. */
    boolean isActive() {
        return !lapsed && !entering && entered.epoch() == latest.epoch() && entered.belongs();
    }

    boolean isActiveIn(long epoch) {
        return isActive() && entered.epoch() == epoch;
    }

    /** The founding epoch is entered as every other: a server that comes back to it with nothing knows that it was in it. */
    void found() {
        enter(0);
    }

    /**
     * The disk is in its first life, and the server is not: it has acted in epochs of which nothing is left, so that it must leave
     * the chain, as in {@link #lose}. Nothing is written before it joins: told so again, it does the same after a crash.
     */
    void beginWithoutData() {
        GroupLogging.of(server.context.getLog(), server.group)
                .warn(
                        "Group {}: {} has lost its data, as it was told: it leaves the chain, and joins anew",
                        server.group,
                        server.node);
        lost = true;
    }

    /** The master has decided. */
    void onConfigured(Configuration decided) {
        if (decided.epoch() > latest.epoch()) {
            boolean led = latest.isHead();
            latest = placeIn(decided);
            if (led && !latest.isHead()) {
                server.abandonClients();
            }
            lost &= latest.isMember();
            server.peers.seek(decided);
            server.downstream.leave();
            server.upstream.leave();
            enterNext();
        }
    }

    /** To be tried again: a lease may have been in the way, or messages were lost. */
    void enterNext() {
        boolean done = lost || entering || entered.epoch() == latest.epoch() || !latest.belongs();
        if (done || lease.isHeldAgainst(latest.configuration())) {
            return;
        }
        if (latest.isHead()) {
            enter(server.history.lastIndex());
        } else {
            server.upstream.connect();
        }
    }

    /**
     * Nothing is said in the epoch before this is durable: the one before must not come back after a crash.
     *
     * @param kept of its history; what is beyond it was never acknowledged
     */
    void enter(long kept) {
        Place next = latest;
        entering = true;
        recorded = next.configuration();
        keep(kept, () -> {
            entering = false;
            lapsed = false;
            if (!next.isMember()) {
                grantTo(next.configuration()); // It was not asked for one that began before it joined.
            }
            entered = next;
            server.begin();
            enterNext();
        });
    }

    /** Of what is recorded. */
    private void keep(long kept, Runnable durably) {
        server.history.truncateAfter(kept);
        server.sent.dropAbove(kept);
        server.writes.truncatedAfter(kept);
        server.writes.write(new LogEvent.Entered(recorded, kept, server.stable()), durably);
    }

    /** It has acted in this epoch in an earlier life; what it has done there since, nobody else has. */
    void lose() {
        GroupLogging.of(server.context.getLog(), server.group, entered.epoch())
                .warn(
                        "Group {}: {} has acted in epoch {} before, of which its disk knows nothing: it leaves the chain,"
                                + " and joins anew",
                        server.group,
                        server.node,
                        entered.epoch());
        lost = true;
        lapsed = true;
        server.abandonClients();
        server.downstream.leave();
        server.upstream.leave();
        keep(server.stable(), () -> {});
    }

    /** It must leave the chain, and may join anew: others below it have more. */
    boolean hasLost() {
        return lost;
    }
}
