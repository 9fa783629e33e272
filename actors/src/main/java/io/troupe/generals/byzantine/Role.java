package io.troupe.generals.byzantine;

import io.troupe.generals.Order;
import java.util.List;

/** A loyal general's part in an algorithm of synchronous rounds: no actor, just what it knows and concludes. */
public sealed interface Role permits OralCommander, OralLieutenant, SignedCommander, SignedLieutenant {

    /** How many rounds there are: m + 1. */
    int rounds();

    /** What is to be sent when {@code round} begins, after what came in the rounds before. */
    List<Sending> send(int round);

    /** {@code from} has said {@code message} while {@code round} lasted. Whatever is not as it must be counts as absent. */
    void receive(int round, String from, Message message);

    /** What the general does, once all rounds are over. */
    Order decide();
}
