package io.troupe.etcd.mvcc;

import io.etcd.jetcd.api.AlarmMember;
import io.etcd.jetcd.api.AlarmRequest;
import java.util.Comparator;
import java.util.List;
import java.util.NavigableSet;
import java.util.TreeSet;

/**
 * The alarms that members have raised. While one of {@link #NOSPACE} is, nothing may grow; while one of {@link #CORRUPT}
 * is, nothing may change. Immutable.
 */
public final class Alarms {

    /** Types as numbers: the published classes do not know the last, and pass on any. */
    static final int ANY = 0;

    public static final int NOSPACE = 1;
    public static final int CORRUPT = 2;

    static final Alarms NONE = new Alarms(new TreeSet<>());

    /** @param member its id in etcd's protocol, unsigned */
    public record Alarm(int type, long member) implements Comparable<Alarm> {

        private static final Comparator<Alarm> ORDER =
                Comparator.comparingInt(Alarm::type).thenComparing(Alarm::member, Long::compareUnsigned);

        @Override
        public int compareTo(Alarm other) {
            return ORDER.compare(this, other);
        }

        public AlarmMember toMessage() {
            return AlarmMember.newBuilder()
                    .setMemberID(member)
                    .setAlarmValue(type)
                    .build();
        }
    }

    /** As etcd writes a type. */
    public static String name(int type) {
        return switch (type) {
            case NOSPACE -> "NOSPACE";
            case CORRUPT -> "CORRUPT";
            default -> Integer.toString(type);
        };
    }

    private final NavigableSet<Alarm> raised;

    Alarms(NavigableSet<Alarm> raised) {
        this.raised = raised;
    }

    /** By type, then by member. */
    public List<Alarm> all() {
        return List.copyOf(raised);
    }

    List<Alarm> ofType(int type) {
        return raised.stream()
                .filter(alarm -> type == ANY || alarm.type() == type)
                .toList();
    }

    public boolean isRaised(int type) {
        for (Alarm alarm : raised) { // Each put asks: no stream.
            if (alarm.type() == type) {
                return true;
            }
        }
        return false;
    }

    public boolean contains(Alarm alarm) {
        return raised.contains(alarm);
    }

    static Alarm named(AlarmRequest request) {
        return new Alarm(request.getAlarmValue(), request.getMemberID());
    }

    Alarms with(Alarm alarm) {
        var more = new TreeSet<>(raised);
        more.add(alarm);
        return new Alarms(more);
    }

    Alarms without(Alarm alarm) {
        var fewer = new TreeSet<>(raised);
        fewer.remove(alarm);
        return new Alarms(fewer);
    }
}
