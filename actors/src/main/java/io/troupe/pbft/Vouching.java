package io.troupe.pbft;

import io.troupe.pbft.PbftMessage.Certified;
import io.troupe.pbft.PbftMessage.ViewChange;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.pekko.util.ByteString;

/**
 * A new view is decided when f+1 replicas vouch for what prepared (TOCS 2002, view changes, A2). In the paper f+1 of those whose
 * prepares made it so remember that; here some may have been killed and have forgotten it. So whoever is told in a view
 * change that something prepared, which it could have said a prepare for itself, takes it as pre-prepared, and vouches for
 * it from the next view change on.
 *
 * <p>A2 is sound still: it rests on this, that a correct replica vouches for nothing that it might not have pre-prepared
 * in that view. What a view began with is proved by its new-view; above that nothing had committed before the view, and any
 * batch of authentic requests may be pre-prepared, with a value that this replica can have accepted (§4.6).
 */
final class Vouching {

    private final Core core;
    private final Authenticity authenticity;
    private final Choices choices;
    /** How views began that this replica was not in, by who has proved it; each one's last word. */
    private final TreeMap<String, ViewStart> proved = new TreeMap<>();

    Vouching(Core core, Authenticity authenticity, Choices choices) {
        this.core = core;
        this.authenticity = authenticity;
        this.choices = choices;
    }

    /** Whether {@code from} has proved it already. */
    boolean knows(String from, long view) {
        ViewStart start = proved.get(from);
        return start != null && start.view() == view;
    }

    void onProof(String from, ViewStart start) {
        proved.put(from, start);
    }

    /**
     * @param told in view changes
     * @param own how the view began that was in force here last
     */
    void vouch(Collection<ViewChange> told, ViewStart own) {
        List<ViewStart> starts = new ArrayList<>(proved.values());
        starts.add(own);
        starts.add(ViewStart.FIRST);
        for (ViewChange content : told) {
            for (Certified claim : content.prepared()) {
                if (core.isOpen(claim.sequence()) && !core.ledger.vouchesFor(claim)) {
                    starts.stream()
                            .filter(start ->
                                    start.view() < core.ledger.view() && start.allows(claim, core.notary.nullDigest()))
                            .findFirst()
                            .ifPresent(start -> vouch(claim, start));
                }
            }
        }
    }

    private void vouch(Certified claim, ViewStart start) {
        long sequence = claim.sequence();
        Optional<ByteString> batch = core.batch(sequence, claim.digest());
        if (batch.isEmpty()) {
            Slot slot = core.slot(sequence);
            slot.want(claim.digest());
            core.fetch(slot, claim.digest());
        } else if (sequence <= start.decision().last()
                || authenticity
                        .read(batch.get(), claim.digest())
                        .filter(choices::canHaveAccepted)
                        .isPresent()) {
            core.record(
                    List.of(new Fact.PrePrepared(start.view(), sequence, claim.digest(), batch)),
                    () -> {}); // Said with the next view change, which is durable later.
        }
    }

    /** A view begins. */
    void forget() {
        proved.clear();
    }
}
