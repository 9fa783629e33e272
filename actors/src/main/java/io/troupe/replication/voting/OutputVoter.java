package io.troupe.replication.voting;

import io.troupe.replication.Signatures;
import io.troupe.wire.Wire;
import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.apache.pekko.util.ByteString;

/**
 * The voter in front of an output device (Schneider 1990, §4.1): releases the outputs of a replicated service to the device
 * one after the other, each once: when the first of t+1 replicas says it that fail by stopping, when t+1 of 2t+1 say the
 * same that may lie. It is part of the device, and fails with it; where a device must not fail either, there are several,
 * each with a voter, and what moves is in their majority (§4.1: the mechanical arms).
 *
 * <p>Who says something else than what was released is told as a {@link Dissent}: whoever replaces faulty replicas (§7)
 * wants to know.
 */
public final class OutputVoter extends AbstractBehavior<OutputVoter.Output> {

    /**
     * A replica's output.
     *
     * @param floor the oldest that the replica still has
     * @param number from 1
     * @param signature the replica's, see {@link #signed}
     */
    public record Output(
            String replica,
            long floor,
            long number,
            ByteString value,
            ByteString signature,
            ActorRef<OutputPort.Released> replyTo)
            implements Wire {
        /** What a replica says to one device is nothing that another may take it for. */
        static ByteString signed(String device, long floor, long number, ByteString value) {
            return ByteString.fromString(
                            "output " + number + " since " + floor + " for " + device.length() + " " + device)
                    .concat(value);
        }
    }

    /** What the device is told. */
    public sealed interface Told permits Release, Missed, Dissent {}

    /** Do it. Each number comes once, in order. */
    public record Release(long number, ByteString value) implements Told {}

    /** These will not come: the device was away for more outputs than the replicas keep. */
    public record Missed(long first, long last) implements Told {}

    /** The replica has said something else than what was released. Of those who say nothing, nothing is told. */
    public record Dissent(String replica, long number) implements Told {}

    private final String name;
    private final Faults faults;
    private final SortedSet<String> replicas;
    private final Signatures signatures;
    private final ActorRef<? super Told> device;
    private final TreeMap<Long, Tally<ByteString>> open = new TreeMap<>();
    /** What is believed: some of it waits for lower numbers, and the last that was released is kept for who speaks late. */
    private final TreeMap<Long, ByteString> decided = new TreeMap<>();

    private final TreeMap<String, Long> floors = new TreeMap<>();
    private long next;

    /**
     * @param name of the device, as of the replicas' {@link OutputPort}s: what they say to others is not heard
     * @param replicas stable node ids: nobody else is heard
     * @param signatures of the device, and of the replicas as it knows them
     * @param next the number of the first output that the device has not seen: 1, or what a device that starts again
     *     remembers
     * @throws IllegalArgumentException when there are too few replicas for these faults
     */
    public static Behavior<Output> create(
            String name,
            Faults faults,
            Collection<String> replicas,
            Signatures signatures,
            long next,
            ActorRef<? super Told> device) {
        faults.requireBorneBy(replicas.size());
        return Behaviors.setup(
                context -> new OutputVoter(context, name, faults, new TreeSet<>(replicas), signatures, next, device));
    }

    private OutputVoter(
            ActorContext<Output> context,
            String name,
            Faults faults,
            SortedSet<String> replicas,
            Signatures signatures,
            long next,
            ActorRef<? super Told> device) {
        super(context);
        this.name = name;
        this.faults = faults;
        this.replicas = replicas;
        this.signatures = signatures;
        this.next = next;
        this.device = device;
    }

    @Override
    public Receive<Output> createReceive() {
        return newReceiveBuilder().onMessage(Output.class, this::onOutput).build();
    }

    private Behavior<Output> onOutput(Output output) {
        if (isAuthentic(output)) {
            floors.merge(output.replica(), output.floor(), Math::max);
            skipWhatNobodyHas();
            count(output);
            output.replyTo().tell(new OutputPort.Released(next, signatures.sign(OutputPort.Released.signed(next))));
        }
        return this;
    }

    private boolean isAuthentic(Output output) {
        return replicas.contains(output.replica())
                && signatures.isSigned(
                        output.replica(),
                        Output.signed(name, output.floor(), output.number(), output.value()),
                        output.signature());
    }

    private void count(Output output) {
        if (output.number() >= next + OutputPort.WINDOW) {
            return; // It is said again when there is room.
        }
        ByteString value = decided.get(output.number());
        if (value != null) {
            if (!value.equals(output.value())) {
                device.tell(new Dissent(output.replica(), output.number()));
            }
        } else if (output.number() >= next) {
            Tally<ByteString> tally =
                    open.computeIfAbsent(output.number(), first -> new Tally<>(replicas.size(), faults.alikeMin()));
            if (tally.say(output.replica(), output.value())) {
                decide(output.number(), output.value(), tally);
            }
        }
    }

    private void decide(long number, ByteString value, Tally<ByteString> tally) {
        open.remove(number);
        decided.put(number, value);
        tally.dissenters(value).forEach(replica -> device.tell(new Dissent(replica, number)));
        releaseWhatIsDue();
    }

    private void releaseWhatIsDue() {
        for (ByteString due = decided.get(next); due != null; due = decided.get(next)) {
            device.tell(new Release(next, due));
            next++;
        }
        decided.headMap(next - OutputPort.WINDOW).clear();
    }

    /** All but those that may be faulty have nothing below. */
    private void skipWhatNobodyHas() {
        Optional<Long> floor = floors.values().stream()
                .sorted(Comparator.reverseOrder())
                .skip(replicas.size() - faults.t() - 1L)
                .findFirst();
        if (floor.isPresent() && floor.get() > next) {
            device.tell(new Missed(next, floor.get() - 1));
            next = floor.get();
            open.headMap(next).clear();
            releaseWhatIsDue();
        }
    }
}
