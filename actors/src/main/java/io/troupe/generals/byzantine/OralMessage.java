package io.troupe.generals.byzantine;

import io.troupe.generals.Order;
import java.util.ArrayList;
import java.util.List;

/**
 * "The order is …", by word of mouth (§3): the receiver has only the word of who tells it.
 *
 * @param path through whom the order is said to have come: the commander first, who says it last. It tells the many
 *     executions of OM(m-1), OM(m-2), … within OM(m) apart
 */
public record OralMessage(List<String> path, Order order) implements Message {

    public OralMessage {
        path = List.copyOf(path);
    }

    /** {@code path}, and then {@code general}. */
    static List<String> through(List<String> path, String general) {
        List<String> longer = new ArrayList<>(path);
        longer.add(general);
        return List.copyOf(longer);
    }
}
