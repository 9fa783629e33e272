package io.troupe.chain;

import io.troupe.replication.Replica.Members;
import java.util.List;
import java.util.Optional;

/**
 * Nobody but voters of the group forms its chain, and nobody but members joins it; while no voter has the state, those that
 * have it stay, and no others come to them.
 */
final class MembersOnly {

    private Optional<Configuration> latest = Optional.empty();

    void afterStep(ChainServer server) {
        Configuration now = server.configuration();
        if (latest.isEmpty() || now.epoch() > latest.get().epoch()) {
            now.members().ifPresent(members -> check(now, members));
            latest = Optional.of(now);
        }
    }

    private void check(Configuration now, Members members) {
        List<String> strangers = now.chain().stream()
                .filter(name -> !members.voters().contains(name))
                .toList();
        boolean nobodyElse = strangers.size() == now.chain().size();
        boolean wereThere =
                latest.map(before -> before.chain().containsAll(strangers)).orElse(true);
        if (!strangers.isEmpty() && !(nobodyElse && wereThere)) {
            throw new AssertionError(strangers + " are no voters, and form the chain of " + now);
        }
        now.joining().ifPresent(joining -> {
            if (!members.has(joining)) {
                throw new AssertionError(joining + " is no member, and joins in " + now);
            }
        });
    }
}
