package io.troupe.chain;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Who sends updates to whom (van Renesse and Schneider, §4): along the chain, or from a primary to all its backups. */
public enum Arrangement {
    /** Each server forwards to the next; the tail answers. */
    CHAIN("chain"),
    /** The first server, the primary, forwards to all others at once, waits for all, and answers. */
    PRIMARY_BACKUP("primary-backup");

    private final String title;

    Arrangement(String title) {
        this.title = title;
    }

    /** As configurations name it. */
    public String title() {
        return title;
    }

    static List<String> titles() {
        return Arrays.stream(values()).map(Arrangement::title).toList();
    }

    static Optional<Arrangement> titled(String title) {
        return Arrays.stream(values())
                .filter(arrangement -> arrangement.title.equals(title))
                .findFirst();
    }

    /** Whoever {@code node} has its updates from; empty for the head, and for who does not belong. */
    Optional<String> predecessor(Configuration configuration, String node) {
        int place = configuration.chain().indexOf(node);
        if (place == 0 || (place < 0 && !configuration.isJoining(node))) {
            return Optional.empty();
        }
        if (this == PRIMARY_BACKUP) {
            return Optional.of(configuration.head());
        }
        return Optional.of(
                place < 0 ? configuration.last() : configuration.chain().get(place - 1));
    }

    /** To whom {@code node} sends its updates, who joins among them. */
    List<String> successors(Configuration configuration, String node) {
        List<String> all = new ArrayList<>(configuration.chain());
        configuration.joining().ifPresent(all::add);
        return all.stream()
                .filter(other ->
                        predecessor(configuration, other).filter(node::equals).isPresent())
                .toList();
    }

    /** Who is the first to know what is stable, and answers queries, and clients. */
    String answering(Configuration configuration) {
        return this == CHAIN ? configuration.last() : configuration.head();
    }

    /**
     * Who may hold a lease that a server of the chain does not know of any more, or was not asked for. In a chain that is the tail:
     * below one that was the tail before, nobody acts before it does. Of a primary's chain it may be any, which was the
     * primary before and does not know that it is not.
     */
    List<String> mayHoldLeases(Configuration configuration) {
        return this == CHAIN ? List.of(configuration.last()) : configuration.chain();
    }

    /**
     * Whether what is durable above {@code node} is told to it: who answers is below it, or it is that one itself. A backup, and
     * who joins, tells those above what is durable here instead.
     */
    boolean hearsWhatIsDurable(Configuration configuration, String node) {
        return configuration.hasMember(node)
                && (this == CHAIN || configuration.head().equals(node));
    }
}
