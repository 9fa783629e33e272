package io.troupe.chain;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Who forms the chain in one epoch, from head to tail, as the master decided.
 *
 * @param epoch from 1, one higher with each change
 * @param chain at least one server
 * @param joining is no part of the chain yet, but receives what its last server has (§3.3)
 */
record Configuration(long epoch, List<String> chain, Optional<String> joining) {

    Configuration {
        chain = List.copyOf(chain);
        if (chain.isEmpty()) {
            throw new IllegalArgumentException("The chain of epoch " + epoch + " has no server; it must have one");
        }
    }

    static Configuration founding(List<String> servers) {
        return new Configuration(1, servers, Optional.empty());
    }

    String head() {
        return chain.get(0);
    }

    String last() {
        return chain.get(chain.size() - 1);
    }

    boolean hasMember(String node) {
        return chain.contains(node);
    }

    boolean isJoining(String node) {
        return joining.filter(node::equals).isPresent();
    }

    /** The chain without a server that failed, the others in their order; as it is when nobody else is left. */
    Configuration without(String node) {
        if (isJoining(node)) {
            return new Configuration(epoch + 1, chain, Optional.empty());
        }
        List<String> others =
                chain.stream().filter(server -> !server.equals(node)).toList();
        boolean changes = hasMember(node) && !others.isEmpty();
        return changes ? new Configuration(epoch + 1, others, joining) : this;
    }

    /** The same in another epoch, for a server of it that was in this one and came back; as it is for any other. */
    Configuration renewedFor(String node) {
        return hasMember(node) || isJoining(node) ? new Configuration(epoch + 1, chain, joining) : this;
    }

    /** A server of the chain goes before all others, which keep their order; as it is when it is the head, or none of them. */
    Configuration ledBy(String node) {
        if (!hasMember(node) || head().equals(node)) {
            return this;
        }
        List<String> reordered = new ArrayList<>(chain);
        reordered.remove(node);
        reordered.add(0, node);
        return new Configuration(epoch + 1, reordered, joining);
    }

    /** One at a time joins; as it is when another does, or the node is in the chain. */
    Configuration withJoining(String node) {
        boolean changes = joining.isEmpty() && !hasMember(node);
        return changes ? new Configuration(epoch + 1, chain, Optional.of(node)) : this;
    }

    /** Who was joining is the new tail; as it is when it was another. */
    Configuration extendedBy(String node) {
        if (!isJoining(node)) {
            return this;
        }
        List<String> longer = new ArrayList<>(chain);
        longer.add(node);
        return new Configuration(epoch + 1, longer, Optional.empty());
    }
}
