package io.troupe.pbft;

import io.troupe.pbft.PbftMessage.NewKey;

/**
 * Key exchange (TOCS 2002): each replica chooses a new key every {@code key-refresh-interval}, and announces it in a
 * signed ⟨NEW-KEY⟩ to all. Nobody acknowledges it: who seals under another is told again. So nothing is lost but what was on
 * its way for longer than an interval, and what one says who was away for longer, until it is told.
 *
 * <p>The counter grows from one announcement to the next, so that none is believed again. It is no fact: whoever knows of a
 * later one shows that to a replica that has begun anew, which goes on beyond it. What others announce is forgotten with
 * the life, too; an announcement that comes again then makes this replica seal so that the other cannot read it, and is told.
 */
final class KeyExchange {

    private final Core core;
    private final SessionKeys keys;
    private Signed own;
    private long unreadBefore;

    KeyExchange(Core core) {
        this.core = core;
        this.keys = core.notary.sessionKeys();
        this.own = core.notary.sign(keys.announcement());
    }

    void onTick() {
        if (core.now() % core.settings.ticks(core.settings.keyRefreshInterval()) == 0) {
            refresh();
        }
        if (core.now() % core.settings.ticks(core.settings.standingInterval()) == 0) {
            keys.takeBehind().forEach(this::tell);
        }
    }

    private void refresh() {
        keys.refresh();
        core.log.debug(
                "Group {}: {} has a new key; {} messages could not be read since the last",
                core.group,
                core.node,
                keys.unread() - unreadBefore);
        unreadBefore = keys.unread();
        announce();
    }

    private void announce() {
        own = core.notary.sign(keys.announcement());
        core.multicast(own);
    }

    /** The present key, to one that may not know it. */
    void tell(String peer) {
        core.pass(peer, own);
    }

    void onNewKey(Signed signed, NewKey announced) {
        if (!core.members.contains(signed.from())) {
            return;
        }
        if (signed.from().equals(core.node)) {
            long before = keys.announcement().counter();
            keys.goBeyond(announced);
            if (keys.announcement().counter() > before) {
                announce();
            }
        } else if (!keys.learn(signed, announced)) {
            keys.announcedBy(signed.from()).ifPresent(later -> core.pass(signed.from(), later)); // It has begun anew.
        }
    }
}
