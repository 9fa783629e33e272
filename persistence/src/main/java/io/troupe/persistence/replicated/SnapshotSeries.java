package io.troupe.persistence.replicated;

import io.troupe.persistence.replicated.Operation.SavePart;
import io.troupe.persistence.replicated.Question.Found;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The snapshots of one persistence id. Their parts are numbered through; one save is under way at a time.
 *
 * @param saved complete ones, by sequence number
 * @param nextPart the number of the next part
 */
record SnapshotSeries(List<Found> saved, Optional<Saving> saving, long nextPart) {

    static final SnapshotSeries NEW = new SnapshotSeries(List.of(), Optional.empty(), 1);

    /** @param parts how many of its parts have come */
    record Saving(long save, long firstPart, int parts) {}

    /** Whether {@code part} is the first of a save, or the next of the one under way. */
    boolean takes(SavePart part) {
        return part.part() == 0
                || saving.filter(now -> now.save() == part.save() && now.parts() == part.part())
                        .isPresent();
    }

    SnapshotSeries with(SavePart part) {
        long firstPart = part.part() == 0 ? nextPart : saving.orElseThrow().firstPart();
        int parts = part.part() + 1;
        if (!part.isLast()) {
            return new SnapshotSeries(saved, Optional.of(new Saving(part.save(), firstPart, parts)), nextPart + 1);
        }
        List<Found> after = new ArrayList<>(saved);
        after.removeIf(found -> found.sequenceNr() == part.sequenceNr());
        after.add(new Found(part.sequenceNr(), part.timestamp(), firstPart, parts));
        after.sort(Comparator.comparingLong(Found::sequenceNr));
        return new SnapshotSeries(List.copyOf(after), Optional.empty(), nextPart + 1);
    }

    SnapshotSeries without(Selection selection) {
        List<Found> left = saved.stream()
                .filter(found -> !selection.takes(found.sequenceNr(), found.timestamp()))
                .toList();
        return new SnapshotSeries(left, saving, nextPart);
    }

    Optional<Found> latest(Selection selection) {
        return saved.stream()
                .filter(found -> selection.takes(found.sequenceNr(), found.timestamp()))
                .reduce((earlier, later) -> later);
    }

    /** The lowest part that is still needed. */
    long lowestPart() {
        return Stream.concat(saved.stream().map(Found::firstPart), saving.map(Saving::firstPart).stream())
                .min(Comparator.naturalOrder())
                .orElse(nextPart);
    }

    void writeTo(DataOutputStream out) throws IOException {
        out.writeInt(saved.size());
        for (Found found : saved) {
            out.writeLong(found.sequenceNr());
            out.writeLong(found.timestamp());
            out.writeLong(found.firstPart());
            out.writeInt(found.parts());
        }
        out.writeBoolean(saving.isPresent());
        if (saving.isPresent()) {
            out.writeLong(saving.get().save());
            out.writeLong(saving.get().firstPart());
            out.writeInt(saving.get().parts());
        }
        out.writeLong(nextPart);
    }

    static SnapshotSeries readFrom(DataInputStream in) throws IOException {
        List<Found> saved =
                Wired.list(in, each -> new Found(each.readLong(), each.readLong(), each.readLong(), each.readInt()));
        Optional<Saving> saving = in.readBoolean()
                ? Optional.of(new Saving(in.readLong(), in.readLong(), in.readInt()))
                : Optional.empty();
        return new SnapshotSeries(List.copyOf(saved), saving, in.readLong());
    }
}
