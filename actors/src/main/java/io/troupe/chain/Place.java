package io.troupe.chain;

import java.util.List;
import java.util.Optional;

/**
 * The place of one server in one epoch: head, tail, between them, joining below the tail, or none. What its duties are
 * follows from this and from nothing else.
 *
 * @param isMember it is in the chain
 * @param belongs it is in the chain, or joins it
 * @param predecessor whom it has its updates from
 * @param successors to whom it sends them, who joins among them
 * @param isAnswering answers queries and clients: the tail, or the primary
 * @param hearsWhatIsDurable see {@link Arrangement#hearsWhatIsDurable}
 */
record Place(
        Configuration configuration,
        String node,
        boolean isHead,
        boolean isMember,
        boolean belongs,
        Optional<String> predecessor,
        List<String> successors,
        boolean isAnswering,
        boolean hearsWhatIsDurable) {

    static Place of(Arrangement arrangement, Configuration configuration, String node) {
        return new Place(
                configuration,
                node,
                configuration.head().equals(node),
                configuration.hasMember(node),
                configuration.hasMember(node) || configuration.isJoining(node),
                arrangement.predecessor(configuration, node),
                arrangement.successors(configuration, node),
                arrangement.answering(configuration).equals(node),
                arrangement.hearsWhatIsDurable(configuration, node));
    }

    long epoch() {
        return configuration.epoch();
    }
}
