package io.troupe.pbft;

import io.troupe.pbft.PbftMessage.Standing;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Where the other replicas say that they are. A replica that left its view alone, because it alone had waited too long, takes
 * no part in it any more (§4.4); it executes what the others decide all the same, and knows by this whom they follow.
 */
final class Elsewhere {

    private record Heard(Standing standing, long tick) {}

    private final Map<String, Heard> latest = new TreeMap<>();

    void hear(String from, Standing standing, long tick) {
        latest.put(from, new Heard(standing, tick));
    }

    /**
     * The latest view that so many say is in force.
     *
     * @param witnesses f+1, so that one of them is correct
     * @param sinceTick what was said before does not count
     */
    OptionalLong viewInForce(int witnesses, long sinceTick) {
        return latest.values().stream()
                .filter(heard -> heard.tick() >= sinceTick && heard.standing().active())
                .collect(Collectors.groupingBy(heard -> heard.standing().view(), Collectors.counting()))
                .entrySet()
                .stream()
                .filter(said -> said.getValue() >= witnesses)
                .mapToLong(Map.Entry::getKey)
                .max();
    }
}
