package io.troupe.cluster.node;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.apache.pekko.actor.Address;
import org.apache.pekko.cluster.typed.Cluster;

/** The members that a node is configured with, by their addresses, beside those that its cluster has. */
final class ConfiguredMembers {

    private final NodeSettings settings;
    private final Cluster cluster;

    ConfiguredMembers(NodeSettings settings, Cluster cluster) {
        this.settings = settings;
        this.cluster = cluster;
    }

    String selfAddress() {
        return cluster.selfMember().address().toString();
    }

    List<Address> othersThan(Set<String> except) {
        return settings.members().stream()
                .map(this::addressOf)
                .filter(address -> !address.toString().equals(selfAddress()) && !except.contains(address.toString()))
                .toList();
    }

    /** Whether a member with that id has another address than this node. */
    boolean areElsewhere(String id) {
        return settings.members().stream()
                .filter(member -> member.id().equals(id))
                .anyMatch(member -> !addressOf(member).toString().equals(selfAddress()));
    }

    /** Where two have one address, the first. */
    Map<Address, String> idsOfOthers() {
        return settings.members().stream()
                .filter(member -> !member.id().equals(settings.nodeId()))
                .collect(Collectors.toMap(this::addressOf, NodeSettings.Member::id, (first, second) -> first));
    }

    /** The addresses of the cluster's members, configured or not. */
    Set<String> present() {
        return StreamSupport.stream(cluster.state().getMembers().spliterator(), false)
                .map(member -> member.address().toString())
                .collect(Collectors.toSet());
    }

    /** Those of {@link #present} that can be reached, as the members see it. */
    Set<String> inContact() {
        Set<String> found = new HashSet<>(present());
        cluster.state()
                .getUnreachable()
                .forEach(member -> found.remove(member.address().toString()));
        return found;
    }

    /** Whether those that are present are no majority of them. */
    boolean areMinority(Set<String> present) {
        long configured = settings.members().stream()
                .filter(member -> present.contains(addressOf(member).toString()))
                .count();
        return configured <= settings.members().size() / 2;
    }

    private Address addressOf(NodeSettings.Member member) {
        return Address.apply("pekko", cluster.selfMember().address().system(), member.host(), member.port());
    }
}
